/* SPDX-License-Identifier: ISC */
/* Device-independent colours: CIE 1931 and 1976 coordinates, and TekHVC. In TekHVC the
 * hue is the angle from best red around the white point in u'v', the value is L*, and
 * the chroma is the distance times L*. If a screen cannot show a colour, its chroma is
 * reduced, as in Xlib. The arithmetic functions are here so that the maths library is
 * not needed. */
#include "screen_int.h"

#define BEST_RED_U 0.7127
#define BEST_RED_V 0.4931
#define CHROMA 7.50725
#define EDGE 0.001 /* tolerance outside of the screen's range */

#define INSIDE 1e-7

struct uvy {
	double u, v, y;
};

/* Constants of a screen's primaries. */
struct device {
	double to_xyz[3][3];   /* from intensities */
	double from_xyz[3][3];
	double white[3];       /* X, Y and Z of all three */
	double u, v;           /* the same as u'v' */
};

/* Newton's method for the n-th root, n 2 or 3, of a number from 0 to 1000. */
static double root(double x, unsigned n)
{
	if (x <= 0) return 0;
	double r = x > 1 ? x : 1;
	for (unsigned i = 0; i < 60; i++) { /* starts above the root and decreases until it is exact */
		double const next = n == 2 ? (r + x / r) / 2 : (2 * r + x / (r * r)) / 3;
		if (next >= r) break;
		r = next;
	}
	return r;
}

/* For an angle in degrees. */
static void sine_cosine(double degrees, double *ret_sin, double *ret_cos)
{
	double const x = (degrees - 360 * (double)(long)(degrees / 360)) * (3.14159265358979323846 / 180);
	double term = 1;
	*ret_sin = 0;
	*ret_cos = 1;
	for (unsigned i = 1; i < 60; i++) {
		term *= x / i;
		double const signed_term = i & 2 ? -term : term;
		if (i & 1) *ret_sin += signed_term;
		else *ret_cos += signed_term;
	}
}

static void multiply(double const m[3][3], double const v[3], double ret[3])
{
	for (unsigned i = 0; i < 3; i++) ret[i] = m[i][0] * v[0] + m[i][1] * v[1] + m[i][2] * v[2];
}

static void invert(double const m[3][3], double ret[3][3])
{
	double const det = m[0][0] * (m[1][1] * m[2][2] - m[1][2] * m[2][1]) - m[0][1] * (m[1][0] * m[2][2] - m[1][2] * m[2][0]) +
			   m[0][2] * (m[1][0] * m[2][1] - m[1][1] * m[2][0]);
	for (unsigned i = 0; i < 3; i++)
		for (unsigned j = 0; j < 3; j++) {
			unsigned const a = (j + 1) % 3, b = (j + 2) % 3, c = (i + 1) % 3, d = (i + 2) % 3;
			ret[i][j] = (m[a][c] * m[b][d] - m[a][d] * m[b][c]) / det;
		}
}

static struct uvy uvy_of_xyz(double const c[3])
{
	double const div = c[0] + 15 * c[1] + 3 * c[2];
	if (div <= 0) return (struct uvy){ 0, 0, c[1] };
	return (struct uvy){ 4 * c[0] / div, 9 * c[1] / div, c[1] };
}

static void xyz_of_uvy(struct uvy c, double ret[3])
{
	double const div = 6 * c.u - 16 * c.v + 12;
	double const x = div != 0 ? 9 * c.u / div : 0;
	double const y = div != 0 ? 4 * c.v / div : 0;
	double const scale = y != 0 ? c.y / y : 1;
	ret[0] = x * scale;
	ret[1] = c.y;
	ret[2] = (1 - x - y) * scale;
}

static double luminance(double l_star)
{
	double const t = (l_star + 16) / 116;
	return l_star < 7.99953624 ? l_star / 903.29 : t * t * t;
}

static double lightness(double y)
{
	return y < 0.008856 ? 903.29 * y : 116 * root(y, 3) - 16;
}

/* ---- TekHVC ------------------------------------------------------------------- */

/* A hue is a direction from the white point. */
struct hue {
	double u, v; /* length 1, or both 0 */
};

static struct hue hue_of(struct device const *d, struct uvy c)
{
	double const u = c.u - d->u;
	double const v = c.v - d->v;
	double const len = root(u * u + v * v, 2);
	return len > 0 ? (struct hue){ u / len, v / len } : (struct hue){ 0, 0 };
}

static struct hue hue_from_red(struct device const *d, double degrees)
{
	struct hue const red = hue_of(d, (struct uvy){ BEST_RED_U, BEST_RED_V, 0 });
	double s;
	double c;
	sine_cosine(degrees, &s, &c);
	return (struct hue){ red.u * c - red.v * s, red.u * s + red.v * c };
}

static struct uvy uvy_of_hvc(struct device const *d, struct hue h, double value, double chroma)
{
	double const n = value > 0 && value < 100 ? chroma / (value * CHROMA) : 0;
	return (struct uvy){ d->u + h.u * n, d->v + h.v * n, value >= 100 ? 1 : luminance(value) };
}

static void intensities_of_uvy(struct device const *d, struct uvy c, double ret[3])
{
	double xyz[3];
	xyz_of_uvy(c, xyz);
	multiply(d->from_xyz, xyz, ret);
}

/* The value and the chroma of intensities. */
static void value_chroma(struct device const *d, double const rgb[3], double *ret_value, double *ret_chroma)
{
	double xyz[3];
	multiply(d->to_xyz, rgb, xyz);
	struct uvy const c = uvy_of_xyz(xyz);
	double const u = c.u - d->u;
	double const v = c.v - d->v;
	*ret_value = lightness(c.y);
	*ret_chroma = root(u * u + v * v, 2) * *ret_value * CHROMA;
}

/* The largest chroma that the screen can show for a hue, and its value. It lies on the
 * edge of the range: one primary is off, another fully on. */
static void fullest(struct device const *d, struct hue h, double ret_rgb[3])
{
	intensities_of_uvy(d, uvy_of_hvc(d, h, 40, 120), ret_rgb);
	double low = ret_rgb[0];
	double high = ret_rgb[0];
	for (unsigned i = 1; i < 3; i++) {
		if (ret_rgb[i] < low) low = ret_rgb[i];
		if (ret_rgb[i] > high) high = ret_rgb[i];
	}
	for (unsigned i = 0; i < 3; i++) ret_rgb[i] = high > low ? (ret_rgb[i] - low) / (high - low) : 0;
}

/* The nearest colour of this hue and value that the screen can show. */
static void clip_chroma(struct device const *d, struct uvy c, double ret_rgb[3])
{
	struct hue const h = hue_of(d, c);
	double const wanted = lightness(c.y);
	double value;
	double chroma;
	double full[3];
	fullest(d, h, full);
	value_chroma(d, full, &value, &chroma);
	if (wanted <= value) {
		chroma = value > 0 ? wanted * chroma / value : 0;
		value = wanted;
	} else { /* between that and white */
		double lo = 0;
		double hi = 1;
		for (unsigned i = 0; i < 40; i++) {
			double const t = (lo + hi) / 2;
			double mixed[3];
			for (unsigned k = 0; k < 3; k++) mixed[k] = full[k] * (1 - t) + t;
			value_chroma(d, mixed, &value, &chroma);
			if (value < wanted) lo = t;
			else hi = t;
		}
	}
	intensities_of_uvy(d, uvy_of_hvc(d, h, value, chroma), ret_rgb);
}

/* ---- the whole ------------------------------------------------------------------ */

/* Xlib's L*a*b* differs: a* and b* count in hundreds, and dark colours are given a
 * hundred times too light. */
static void xyz_of_lab(struct device const *d, double const v[3], double ret[3])
{
	double const t = (v[0] + 16) / 116;
	if (t * t * t < 0.008856) {
		double const y = v[0] / 9.03292;
		ret[0] = d->white[0] * (v[1] / 3893.5 + y);
		ret[1] = y;
		ret[2] = d->white[2] * (y - v[2] / 1557.4);
		return;
	}
	double const x = t + v[1] / 5;
	double const z = t - v[2] / 2;
	ret[0] = d->white[0] * x * x * x;
	ret[1] = t * t * t;
	ret[2] = d->white[2] * z * z * z;
}

static void device_init(struct device *d, double const primaries[3][3])
{
	static double const all[3] = { 1, 1, 1 };
	for (unsigned i = 0; i < 9; i++) d->to_xyz[i / 3][i % 3] = primaries[i / 3][i % 3];
	invert(d->to_xyz, d->from_xyz);
	multiply(d->to_xyz, all, d->white);
	struct uvy const w = uvy_of_xyz(d->white);
	d->u = w.u;
	d->v = w.v;
}

/* False if it is no colour. */
static bool to_xyz(struct device const *d, enum color_space space, double const v[3], double ret[3])
{
	struct uvy c = { v[0], v[1], v[2] };
	double div;
	switch (space) {
	case SPACE_XYZ:
		for (unsigned i = 0; i < 3; i++) ret[i] = v[i];
		return v[1] >= 0 && v[1] <= 1;
	case SPACE_LAB:
		if (v[0] < 0 || v[0] > 100) return false;
		xyz_of_lab(d, v, ret);
		return true;
	case SPACE_XYY:
		div = -2 * v[0] + 12 * v[1] + 3;
		if (div == 0) return false;
		c.u = 4 * v[0] / div;
		c.v = 9 * v[1] / div;
		break;
	case SPACE_LUV:
		if (v[0] < 0 || v[0] > 100) return false;
		div = 13 * v[0] / 100;
		c = (struct uvy){ d->u, d->v, luminance(v[0]) };
		if (div > 0) c.u += v[1] / div, c.v += v[2] / div;
		break;
	case SPACE_HVC:
		if (v[0] < -1e6 || v[0] > 1e6 || v[1] < 0 || v[1] > 100 || v[2] < 0) return false;
		c = uvy_of_hvc(d, hue_from_red(d, v[0]), v[1], v[2]);
		break;
	default: break; /* u'v'Y */
	}
	if (c.y < 0 || c.y > 1) return false;
	xyz_of_uvy(c, ret);
	return true;
}

bool color_intensities(enum color_space space, double const primaries[3][3], double v[3])
{
	struct device d;
	double xyz[3];
	bool inside = true;
	device_init(&d, primaries);
	if (!to_xyz(&d, space, v, xyz)) return false;
	multiply(d.from_xyz, xyz, v);
	for (unsigned i = 0; i < 3; i++) inside &= v[i] >= -EDGE && v[i] <= 1 + EDGE;
	if (!inside) clip_chroma(&d, uvy_of_xyz(xyz), v);
	for (unsigned i = 0; i < 3; i++) {
		/* A primary that is off only by rounding is slightly on, as in Xlib. */
		if (!inside && v[i] > -INSIDE && v[i] < INSIDE) v[i] = INSIDE;
		if (!(v[i] >= -EDGE && v[i] <= 1 + EDGE)) return false;
		v[i] = v[i] < 0 ? 0 : v[i] > 1 ? 1 : v[i];
	}
	return true;
}
