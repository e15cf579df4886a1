package io.jpm.hooks;

import io.jpm.model.Hooks.Occasion;
import io.jpm.model.RestartPolicy;
import io.jpm.model.run.Phase;
import io.jpm.wire.EventMessage;
import java.util.Optional;
import java.util.OptionalInt;

/// The state of one instance as far as its hooks are concerned: a pure state machine that derives
/// hook events from event messages.
///
/// @param trouble the last incident, until the instance has recovered from it
/// @param probation the event since which the instance is online again after an incident; once it
///   has stayed online for `min_uptime` it has recovered
record IncidentState(Optional<EventMessage> trouble, Optional<EventMessage> probation) {
  /// The initial state: no incident is known.
  static final IncidentState WELL = new IncidentState(Optional.empty(), Optional.empty());

  /// The event that reports the start of a crash loop.
  private static final String LOOP = "crash_looping";

  /// The result of an event.
  ///
  /// @param next the new state
  /// @param occasion the hook event that follows, if any
  record Heard(IncidentState next, Optional<Occurrence> occasion) {}

  /// A hook event that must be reported.
  ///
  /// @param event the event that caused it
  record Occurrence(Occasion occasion, EventMessage event) {}

  /// Evaluates `event`. An event of an unknown kind changes nothing.
  ///
  /// @param policy the restart policy of the app, which decides whether an exit is a crash
  Heard hear(EventMessage event, RestartPolicy policy) {
    return switch (event.event()) {
      case "exit" -> ended(event, policy);
      case LOOP -> inTrouble(Occasion.CRASH_LOOPING, event);
      case "errored" -> inTrouble(Occasion.ERRORED, event);
      case "unhealthy" -> inTrouble(Occasion.UNHEALTHY, event);
      case "limit" -> new Heard(this, Optional.of(new Occurrence(Occasion.LIMIT, event)));
      case "recovered" -> new Heard(WELL, Optional.of(new Occurrence(Occasion.RECOVERED, event)));
      case "online", "reload", "adopt" -> online(event);
      case "stopping", "stop", "restart", "start" -> new Heard(broken(), Optional.empty());
      default -> new Heard(this, Optional.empty());
    };
  }

  /// Ends the probation: the instance has stayed online for the whole time.
  ///
  /// @param held the length of that time, as text
  Heard held(String held) {
    // In a crash loop the instance is online for a short time again and again. The end of a loop is
    // reported by an event of its own.
    if (trouble.isEmpty() || probation.isEmpty() || isLooping()) {
      return new Heard(this, Optional.empty());
    }
    EventMessage since = probation.get();
    var recovered =
        new EventMessage(
            since.seq(),
            Occasion.RECOVERED.word(),
            since.app(),
            since.id(),
            since.pid(),
            since.status(),
            since.restarts(),
            "online for %s again, after: %s".formatted(held, trouble.get().reason()),
            since.at(),
            OptionalInt.empty(),
            Optional.empty());
    return new Heard(WELL, Optional.of(new Occurrence(Occasion.RECOVERED, recovered)));
  }

  private Heard ended(EventMessage event, RestartPolicy policy) {
    if (event.status().equals(Phase.ONLINE.word())) {
      // It was a process beside the listed one, which still runs.
      return new Heard(this, Optional.empty());
    }
    return !event.expected() && isCrash(event, policy)
        ? inTrouble(Occasion.CRASH, event)
        : new Heard(broken(), Optional.empty());
  }

  private static boolean isCrash(EventMessage event, RestartPolicy policy) {
    if (event.exitCode().isEmpty()) {
      return true;
    }
    int code = event.exitCode().getAsInt();
    boolean done = code == 0 && policy.when() != RestartPolicy.When.ALWAYS;
    return !done && !policy.stopExitCodes().contains(code);
  }

  private Heard inTrouble(Occasion occasion, EventMessage event) {
    boolean goesOn = isLooping() && occasion != Occasion.ERRORED;
    return new Heard(
        new IncidentState(goesOn ? trouble : Optional.of(event), Optional.empty()),
        Optional.of(new Occurrence(occasion, event)));
  }

  private boolean isLooping() {
    return trouble.filter(event -> event.event().equals(LOOP)).isPresent();
  }

  private Heard online(EventMessage event) {
    return new Heard(
        trouble.isEmpty() ? this : new IncidentState(trouble, Optional.of(event)),
        Optional.empty());
  }

  private IncidentState broken() {
    return new IncidentState(trouble, Optional.empty());
  }
}
