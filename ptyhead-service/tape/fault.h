/* SPDX-License-Identifier: ISC */
/* Fault points for tests. FAULT("name") does nothing. In a build with `make
 * FAULTS=yes`, tests/faults/fault.c kills the process at the fault point that the test
 * chose. */
#ifndef FAULT_H
#define FAULT_H

#ifdef PTYHEAD_FAULTS
void fault_point(char const *name);
#define FAULT(name) fault_point(name)
#else
#define FAULT(name) ((void)0)
#endif

#endif
