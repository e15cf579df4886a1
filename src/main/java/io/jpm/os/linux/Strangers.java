package io.jpm.os.linux;

import java.util.HashMap;
import java.util.Map;

/// The processes that are known to carry no tag, from one walk to the next: environments are most
/// of what a walk costs, and nearly all processes of a machine are strangers.
///
/// A process has its environment from its parent, or from who made it begin a program. So one that
/// has run for a while with an environment and no tag in it could get a tag only by putting it
/// there itself, without having been given it. For one thread.
final class Strangers {
  private final Map<Integer, Long> startTimes = new HashMap<>();

  /// It has an environment, has had it for a while, and there is no tag in it.
  void add(ProcStat process) {
    startTimes.put(process.pid(), process.startTime());
  }

  /// Whether it is one, and not another process of the same number.
  boolean has(ProcStat process) {
    Long startTime = startTimes.get(process.pid());
    return startTime != null && startTime == process.startTime();
  }

  /// Forgets those that are not there any more.
  void keepOnly(ProcessSnapshot now) {
    startTimes
        .entrySet()
        .removeIf(known ->
            now.process(known.getKey())
                .filter(process -> process.startTime() == known.getValue())
                .isEmpty());
  }
}
