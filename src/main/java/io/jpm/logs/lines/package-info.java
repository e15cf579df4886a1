/// Publishes the output of apps as lines on the bus: [io.jpm.bus.Addresses#linesOf].
///
/// [io.jpm.logs.lines.LineCollector] collects lines on the disk threads, and only for apps that
/// have a subscriber. On LogAggregator's context, [io.jpm.logs.lines.LinePublisher] manages the
/// leases of the subscribers and publishes the lines. Lines that arrive faster than the subscribers
/// process them are dropped, oldest first, and counted. Neither an app nor its log file ever waits
/// for a subscriber.
@NullMarked
package io.jpm.logs.lines;

import org.jspecify.annotations.NullMarked;
