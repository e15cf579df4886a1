/// Reads logs back, merged in the order of capture: past lines, across rotated and compressed
/// files, and new lines as they are written. Start with [io.jpm.logs.read.LogReader].
///
/// No state is kept between two queries except open compressed files: a position
/// ([io.jpm.bus.logs.LogPosition]) contains everything that is needed to continue from it. Memory
/// use is bounded, whatever the files contain.
@NullMarked
package io.jpm.logs.read;

import org.jspecify.annotations.NullMarked;
