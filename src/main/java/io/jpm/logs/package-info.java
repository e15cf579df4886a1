/// LogAggregator: moves the output of apps from their pipes into log files and reads it back. Start
/// with [io.jpm.logs.LogAggregatorVerticle]. [io.jpm.logs.read.LogReader] reads log files and
/// follows them.
///
/// The bytes themselves are not moved on an event loop, but by the pipe thread of the process host
/// (`os`) and by the disk threads. This package depends on `model`, `os`, `wire` and `bus`.
@NullMarked
package io.jpm.logs;

import org.jspecify.annotations.NullMarked;
