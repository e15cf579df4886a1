package io.jpm.supervise;

import java.util.Map;
import java.util.Optional;

/// Selects the process that a new daemon adopts for an instance, based on the journal and one scan
/// of all processes.
///
/// The journal may be older than the newest process, because a process is spawned first and
/// recorded afterwards. It is never newer, because a recorded process stays in the journal until
/// the daemon has handled its exit.
public final class AdoptionSelector {
  private AdoptionSelector() {}

  /// A process that can be adopted for the instance if it is still running.
  ///
  /// @param process the identity of the process
  /// @param generation the generation of the instance to which the process belongs
  public record AdoptableProcess<P>(P process, long generation) {}

  /// Returns the process to adopt; empty if neither the journal nor the scan shows one.
  ///
  /// @param state the state of the instance in the journal
  /// @param recorded the process in the journal, whose generation is that of `state`
  /// @param tagged the running main processes with the process tag of the instance, by generation
  public static <P> Optional<AdoptableProcess<P>> select(
      InstanceState state, Optional<P> recorded, Map<Long, P> tagged) {
    long known = state.generation();
    Optional<AdoptableProcess<P>> newer =
        tagged.entrySet().stream()
            .filter(entry -> entry.getKey() > known)
            .max(Map.Entry.comparingByKey())
            .map(entry -> new AdoptableProcess<>(entry.getValue(), entry.getKey()));
    return newer
        .or(() -> recorded.map(process -> new AdoptableProcess<>(process, known)))
        .or(() ->
            mayHaveUnrecorded(state)
                ? Optional.ofNullable(tagged.get(known)).map(p -> new AdoptableProcess<>(p, known))
                : Optional.empty());
  }

  /// Reports whether the instance may have a main process that is not in the journal. In the other
  /// phases, the exit of the main process has been recorded. A process with the tag is then a
  /// descendant that the app has started.
  private static boolean mayHaveUnrecorded(InstanceState state) {
    return switch (state.phase()) {
      case LAUNCHING, ONLINE, STOPPING -> true;
      case WAITING_RESTART, STOPPED, ERRORED -> false;
    };
  }
}
