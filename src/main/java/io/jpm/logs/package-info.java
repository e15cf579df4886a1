/// LogAggregator: what apps print, from their pipes into their files and back to whoever reads.
/// Start with [io.jpm.logs.LogAggregatorVerticle]; [io.jpm.logs.read.LogReading] reads files back
/// and onwards.
///
/// The bytes themselves move on the process host's thread (`os`), not on an event loop. The room
/// knows `model`, `os`, `wire` and `bus`.
@NullMarked
package io.jpm.logs;

import org.jspecify.annotations.NullMarked;
