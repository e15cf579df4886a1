package io.jpm.hooks;

import io.jpm.model.Hooks.HookEvent;
import io.jpm.model.RestartPolicy;
import io.jpm.model.process.Phase;
import io.jpm.wire.EventMessage;
import java.util.Optional;
import java.util.OptionalInt;

/// The incident state of one instance: a pure state machine that derives hook events from event
/// messages.
///
/// @param incident the event of the last incident; empty when the instance has recovered
/// @param probation the event that brought the instance online again after an incident. The
///   instance has recovered when it has stayed online for `min_uptime` since then.
record IncidentState(Optional<EventMessage> incident, Optional<EventMessage> probation) {
  /// The initial state: no incident is known.
  static final IncidentState WELL = new IncidentState(Optional.empty(), Optional.empty());

  /// The event that reports the start of a crash loop.
  private static final String LOOP = "crash_looping";

  /// The result of an event.
  ///
  /// @param next the new state
  /// @param notification the hook event that must be reported, if any
  record Transition(IncidentState next, Optional<Notification> notification) {}

  /// A hook event that must be reported.
  ///
  /// @param event the event that caused it
  record Notification(HookEvent hookEvent, EventMessage event) {}

  /// Returns the transition for `event`. An event of an unknown kind does not change the state.
  ///
  /// @param policy the restart policy of the app, which decides whether an exit is a crash
  Transition apply(EventMessage event, RestartPolicy policy) {
    return switch (event.event()) {
      case "exit" -> ended(event, policy);
      case LOOP -> inTrouble(HookEvent.CRASH_LOOPING, event);
      case "errored" -> inTrouble(HookEvent.ERRORED, event);
      case "unhealthy" -> inTrouble(HookEvent.UNHEALTHY, event);
      case "limit" -> new Transition(this, Optional.of(new Notification(HookEvent.LIMIT, event)));
      case "recovered" ->
          new Transition(WELL, Optional.of(new Notification(HookEvent.RECOVERED, event)));
      case "online", "reload", "adopt" -> online(event);
      case "stopping", "stop", "restart", "start" -> new Transition(broken(), Optional.empty());
      default -> new Transition(this, Optional.empty());
    };
  }

  /// Returns the transition at the end of the probation period, that is, after the instance has
  /// stayed online for the required time.
  ///
  /// @param held the required time, as text
  Transition probationPassed(String held) {
    // In a crash loop, the instance repeatedly comes online for a short time. A separate event
    // reports the end of the loop.
    if (incident.isEmpty() || probation.isEmpty() || isLooping()) {
      return new Transition(this, Optional.empty());
    }
    EventMessage since = probation.get();
    var recovered =
        new EventMessage(
            since.seq(),
            HookEvent.RECOVERED.keyword(),
            since.app(),
            since.id(),
            since.pid(),
            since.status(),
            since.restarts(),
            "online for %s again, after: %s".formatted(held, incident.get().reason()),
            since.at(),
            OptionalInt.empty(),
            Optional.empty());
    return new Transition(WELL, Optional.of(new Notification(HookEvent.RECOVERED, recovered)));
  }

  private Transition ended(EventMessage event, RestartPolicy policy) {
    if (event.status().equals(Phase.ONLINE.keyword())) {
      // A process other than the listed one has exited; the listed process is still running.
      return new Transition(this, Optional.empty());
    }
    return !event.expected() && isCrash(event, policy)
        ? inTrouble(HookEvent.CRASH, event)
        : new Transition(broken(), Optional.empty());
  }

  private static boolean isCrash(EventMessage event, RestartPolicy policy) {
    if (event.exitCode().isEmpty()) {
      return true;
    }
    int code = event.exitCode().getAsInt();
    boolean done = code == 0 && policy.when() != RestartPolicy.When.ALWAYS;
    return !done && !policy.stopExitCodes().contains(code);
  }

  private Transition inTrouble(HookEvent occasion, EventMessage event) {
    boolean goesOn = isLooping() && occasion != HookEvent.ERRORED;
    return new Transition(
        new IncidentState(goesOn ? incident : Optional.of(event), Optional.empty()),
        Optional.of(new Notification(occasion, event)));
  }

  private boolean isLooping() {
    return incident.filter(event -> event.event().equals(LOOP)).isPresent();
  }

  private Transition online(EventMessage event) {
    return new Transition(
        incident.isEmpty() ? this : new IncidentState(incident, Optional.of(event)),
        Optional.empty());
  }

  private IncidentState broken() {
    return new IncidentState(incident, Optional.empty());
  }
}
