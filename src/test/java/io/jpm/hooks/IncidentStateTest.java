package io.jpm.hooks;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.hooks.IncidentState.Notification;
import io.jpm.hooks.IncidentState.Transition;
import io.jpm.model.Backoff;
import io.jpm.model.Hooks.HookEvent;
import io.jpm.model.RestartPolicy;
import io.jpm.wire.EventMessage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Tests which events trigger a hook.
class IncidentStateTest {
  private static final RestartPolicy ALWAYS = policy(RestartPolicy.When.ALWAYS, Set.of());

  private final List<HookEvent> hookEvents = new ArrayList<>();
  private IncidentState incidentState = IncidentState.WELL;
  private long seq;

  private static RestartPolicy policy(RestartPolicy.When when, Set<Integer> codes) {
    return new RestartPolicy(
        when, 16, Duration.ofSeconds(1), new Backoff.Constant(Duration.ZERO), codes);
  }

  private EventMessage event(String kind, String status, OptionalInt code) {
    return new EventMessage(
        ++seq, kind, "web", 0, 412, status, 1, "exit 1 after 12 ms", 1000, code, Optional.empty());
  }

  private Optional<Notification> handle(EventMessage event, RestartPolicy policy) {
    Transition transition = incidentState.apply(event, policy);
    incidentState = transition.next();
    transition.notification().ifPresent(one -> hookEvents.add(one.hookEvent()));
    return transition.notification();
  }

  private void handle(String... kinds) {
    for (String kind : kinds) {
      handle(
          event(kind, kind.equals("online") ? "online" : "launching", OptionalInt.empty()), ALWAYS);
    }
  }

  private Optional<Notification> endProbation() {
    Transition transition = incidentState.probationPassed("1000 ms");
    incidentState = transition.next();
    transition.notification().ifPresent(one -> hookEvents.add(one.hookEvent()));
    return transition.notification();
  }

  @Test
  void unrequestedExitIsACrash() {
    handle("start", "online", "exit", "restart", "start", "online");
    assertThat(hookEvents).containsExactly(HookEvent.CRASH);
  }

  @Test
  void stopByCommandTriggersNoHook() {
    handle("start", "online", "stopping", "stop", "delete");
    assertThat(hookEvents).isEmpty();
    assertThat(incidentState).isEqualTo(IncidentState.WELL);
  }

  @Test
  void exitOfAProcessThatJpmEndedTriggersNoHook() {
    EventMessage crash = event("exit", "stopping", OptionalInt.of(1));
    var asked = crash.toJson().put("expected", true);
    handle("start", "online", "stopping");
    handle(EventMessage.fromJson(asked), ALWAYS);
    handle("stop");
    assertThat(hookEvents).isEmpty();
    handle(crash, ALWAYS);
    assertThat(hookEvents).containsExactly(HookEvent.CRASH);
  }

  @Test
  void exitOfAProcessReplacedByAReloadIsNotACrash() {
    assertThat(handle(event("exit", "online", OptionalInt.of(0)), ALWAYS)).isEmpty();
  }

  @Test
  void exitAllowedByTheRestartPolicyIsNotACrash() {
    RestartPolicy onFailure = policy(RestartPolicy.When.ON_FAILURE, Set.of());
    RestartPolicy codes = policy(RestartPolicy.When.ALWAYS, Set.of(3));
    assertThat(handle(event("exit", "stopped", OptionalInt.of(0)), onFailure)).isEmpty();
    assertThat(handle(event("exit", "stopped", OptionalInt.of(3)), codes)).isEmpty();
    assertThat(handle(event("exit", "stopped", OptionalInt.of(1)), onFailure)).isPresent();
    assertThat(handle(event("exit", "launching", OptionalInt.of(0)), codes)).isPresent();
  }

  @Test
  void erroredFollowsTheCrash() {
    handle("exit", "errored");
    assertThat(hookEvents).containsExactly(HookEvent.CRASH, HookEvent.ERRORED);
  }

  @ParameterizedTest
  @ValueSource(strings = {"exit", "errored", "unhealthy"})
  void appThatStaysOnlineHasRecovered(String problem) {
    handle(problem, "start", "online");
    assertThat(incidentState.probation()).isPresent();
    Notification recovered = endProbation().orElseThrow();
    assertThat(recovered.hookEvent()).isEqualTo(HookEvent.RECOVERED);
    assertThat(recovered.event().event()).isEqualTo("recovered");
    assertThat(recovered.event().seq()).isEqualTo(3);
    assertThat(recovered.event().reason())
        .isEqualTo("online for 1000 ms again, after: exit 1 after 12 ms");
    assertThat(incidentState).isEqualTo(IncidentState.WELL);
  }

  @ParameterizedTest
  @ValueSource(strings = {"exit", "stopping", "stop", "restart", "errored"})
  void appThatDoesNotStayOnlineHasNotRecovered(String between) {
    handle("exit", "online", between);
    assertThat(incidentState.probation()).isEmpty();
    assertThat(endProbation()).isEmpty();
    assertThat(hookEvents).doesNotContain(HookEvent.RECOVERED);
  }

  @Test
  void newProcessRestartsTheProbation() {
    handle("exit", "online");
    Optional<EventMessage> first = incidentState.probation();
    handle("online");
    assertThat(incidentState.probation()).isPresent().isNotEqualTo(first);
  }

  @Test
  void recoveryIsReportedOnce() {
    handle("unhealthy", "recovered");
    assertThat(endProbation()).isEmpty();
    handle("online");
    assertThat(incidentState.probation()).isEmpty();
    assertThat(hookEvents).containsExactly(HookEvent.UNHEALTHY, HookEvent.RECOVERED);
  }

  @Test
  void limitTriggersAHookButIsNotAnIncident() {
    handle("limit", "online");
    assertThat(hookEvents).containsExactly(HookEvent.LIMIT);
    assertThat(incidentState).isEqualTo(IncidentState.WELL);
  }

  @Test
  void unknownEventsAreIgnored() {
    handle("exit", "online");
    IncidentState before = incidentState;
    handle("reload_failed", "comet");
    assertThat(incidentState).isEqualTo(before);
  }
}
