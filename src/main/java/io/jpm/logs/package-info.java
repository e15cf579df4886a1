/// LogAggregator: moves the output of apps from their pipes into log files and reads it back. Start
/// with [io.jpm.logs.LogAggregatorVerticle]. [io.jpm.logs.read.LogReader] reads log files and
/// follows them.
///
/// The bytes themselves are moved by threads of the process host (`os`) and of the disks, not on an
/// event loop. This package depends on `model`, `os`, `wire` and `bus`.
@NullMarked
package io.jpm.logs;

import org.jspecify.annotations.NullMarked;
