/* Where a kill is aimed by the tests: FAULT("name") is nothing, but in a build
 * of `make FAULTS=yes`, where tests/faults/fault.c kills the process at the
 * point that the test chose. */
#ifndef FAULT_H
#define FAULT_H

#ifdef PTYHEAD_FAULTS
void fault_point(char const *name);
#define FAULT(name) fault_point(name)
#else
#define FAULT(name) ((void)0)
#endif

#endif
