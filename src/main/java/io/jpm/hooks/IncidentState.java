package io.jpm.hooks;

import io.jpm.model.Hooks.Occasion;
import io.jpm.model.RestartPolicy;
import io.jpm.model.run.Phase;
import io.jpm.wire.EventMessage;
import java.util.Optional;
import java.util.OptionalInt;

/// How it goes with one instance, as far as its hooks want to know: a pure judgement of one event
/// after the other.
///
/// @param trouble what was the matter last, while the instance has not recovered from it
/// @param probation since when it is online again after that; when it has held for `min_uptime` it
///   has recovered
record IncidentState(Optional<EventMessage> trouble, Optional<EventMessage> probation) {
  /// Nothing is known, so all is well.
  static final IncidentState WELL = new IncidentState(Optional.empty(), Optional.empty());

  /// The event of a crash loop that begins.
  private static final String LOOP = "crash_looping";

  /// What follows from an event.
  ///
  /// @param next how it goes now
  /// @param occasion what is to be told, if anything
  record Heard(IncidentState next, Optional<Occurrence> occasion) {}

  /// Something that is to be told.
  ///
  /// @param event what has happened
  record Occurrence(Occasion occasion, EventMessage event) {}

  /// Judges `event`; one of a kind that is not known changes nothing.
  ///
  /// @param policy the rules of the app by which an end may be no crash
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

  /// The time of probation is over and nothing has come between.
  ///
  /// @param held how long that was, in words
  Heard held(String held) {
    // In a crash loop it is online for a while each time: that the loop is over is told.
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
      // A process beside the one in the list, which goes on.
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
