/**
 * The minimum rate of a connection that is waited for, in bytes per second: a slower transfer would practically never
 * end. A line of 56 kbit/s has seven times that.
 */
export const LEAST_RATE = 1_024;
