package io.jpm.balancer.proxy;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/// The counters of an instance, summed over all of its processes. Thread-safe.
final class ConnectionCounters {
  final LongAdder connections = new LongAdder();
  final LongAdder open = new LongAdder();
  final LongAdder bytesIn = new LongAdder();
  final LongAdder bytesOut = new LongAdder();
  final LongAdder failures = new LongAdder();
  final LongAdder ejections = new LongAdder();

  /// Returns the counters by name, in display order.
  Map<String, Long> counters() {
    Map<String, Long> counters = new LinkedHashMap<>();
    counters.put("connections", connections.sum());
    counters.put("open", open.sum());
    counters.put("bytes_in", bytesIn.sum());
    counters.put("bytes_out", bytesOut.sum());
    counters.put("failures", failures.sum());
    counters.put("ejections", ejections.sum());
    return counters;
  }
}
