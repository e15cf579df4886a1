package io.jpm.supervise;

import java.util.Map;
import java.util.Optional;

/// Which process a new daemon takes for that of an instance, decided from the journal and from one
/// look at all processes.
///
/// The journal may be older than the newest process: a process is made first and written down
/// afterwards. It is never newer: a recorded process stays in the journal until the daemon has
/// decided what becomes of it.
public final class Inheritance {
  private Inheritance() {}

  /// A process that is that of the instance, if it lives.
  ///
  /// @param process who it is
  /// @param generation which spawn of the instance it is
  public record Candidate<P>(P process, long generation) {}

  /// The process to take up, if there may be one.
  ///
  /// @param state the instance as the journal has it
  /// @param recorded the process that the journal names, of the state's generation
  /// @param tagged the live main processes that carry the instance's tag, by generation
  public static <P> Optional<Candidate<P>> of(
      Supervised state, Optional<P> recorded, Map<Long, P> tagged) {
    long known = state.generation();
    Optional<Candidate<P>> newer =
        tagged.entrySet().stream()
            .filter(entry -> entry.getKey() > known)
            .max(Map.Entry.comparingByKey())
            .map(entry -> new Candidate<>(entry.getValue(), entry.getKey()));
    return newer
        .or(() -> recorded.map(process -> new Candidate<>(process, known)))
        .or(() ->
            mayHaveUnrecorded(state)
                ? Optional.ofNullable(tagged.get(known)).map(p -> new Candidate<>(p, known))
                : Optional.empty());
  }

  /// Whether the instance may have a main process that the journal does not name. In the other
  /// phases the end of the main process has been seen: whatever carries the tag then is a helper
  /// that the app has made.
  private static boolean mayHaveUnrecorded(Supervised state) {
    return switch (state.phase()) {
      case LAUNCHING, ONLINE, STOPPING -> true;
      case WAITING_RESTART, STOPPED, ERRORED -> false;
    };
  }
}
