/// Reads logs back: the past across rotated and packed files, and what comes, merged in the order
/// of capture. Start with [io.jpm.logs.read.LogReading].
///
/// Nothing is kept between two questions but open packed files: a place in a log
/// ([io.jpm.bus.logs.LogPosition]) says all that is needed to go on from it. Memory is bounded
/// whatever the files hold.
@NullMarked
package io.jpm.logs.read;

import org.jspecify.annotations.NullMarked;
