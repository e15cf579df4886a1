/// What apps print, as lines on the bus for whoever listens: [io.jpm.bus.Addresses#linesOf].
///
/// [io.jpm.logs.lines.LineFeed] collects on the threads of the disks, and nothing while nobody
/// listens; [io.jpm.logs.lines.LinePublisher] knows who listens and publishes, on LogAggregator's
/// context. What comes faster than it is taken away is dropped, oldest first, and counted: neither
/// an app nor its log file ever waits for a subscriber.
@NullMarked
package io.jpm.logs.lines;

import org.jspecify.annotations.NullMarked;
