package io.jpm.hooks;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.hooks.IncidentState.Heard;
import io.jpm.hooks.IncidentState.Occurrence;
import io.jpm.model.Backoff;
import io.jpm.model.Hooks.Occasion;
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

  private final List<Occasion> told = new ArrayList<>();
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

  private Optional<Occurrence> hear(EventMessage event, RestartPolicy policy) {
    Heard heard = incidentState.hear(event, policy);
    incidentState = heard.next();
    heard.occasion().ifPresent(one -> told.add(one.occasion()));
    return heard.occasion();
  }

  private void hear(String... kinds) {
    for (String kind : kinds) {
      hear(
          event(kind, kind.equals("online") ? "online" : "launching", OptionalInt.empty()), ALWAYS);
    }
  }

  private Optional<Occurrence> held() {
    Heard heard = incidentState.held("1000 ms");
    incidentState = heard.next();
    heard.occasion().ifPresent(one -> told.add(one.occasion()));
    return heard.occasion();
  }

  @Test
  void anEndThatNobodyAskedForIsACrash() {
    hear("start", "online", "exit", "restart", "start", "online");
    assertThat(told).containsExactly(Occasion.CRASH);
  }

  @Test
  void aStopByCommandIsNoOccasion() {
    hear("start", "online", "stopping", "stop", "delete");
    assertThat(told).isEmpty();
    assertThat(incidentState).isEqualTo(IncidentState.WELL);
  }

  @Test
  void theExitOfAProcessThatJpmHasEndedIsNoOccasion() {
    EventMessage crash = event("exit", "stopping", OptionalInt.of(1));
    var asked = crash.toJson().put("expected", true);
    hear("start", "online", "stopping");
    hear(EventMessage.fromJson(asked), ALWAYS);
    hear("stop");
    assertThat(told).isEmpty();
    hear(crash, ALWAYS);
    assertThat(told).containsExactly(Occasion.CRASH);
  }

  @Test
  void theEndOfAProcessThatAReloadHasReplacedIsNoCrash() {
    assertThat(hear(event("exit", "online", OptionalInt.of(0)), ALWAYS)).isEmpty();
  }

  @Test
  void anEndByTheAppsOwnRulesIsNoCrash() {
    RestartPolicy onFailure = policy(RestartPolicy.When.ON_FAILURE, Set.of());
    RestartPolicy codes = policy(RestartPolicy.When.ALWAYS, Set.of(3));
    assertThat(hear(event("exit", "stopped", OptionalInt.of(0)), onFailure)).isEmpty();
    assertThat(hear(event("exit", "stopped", OptionalInt.of(3)), codes)).isEmpty();
    assertThat(hear(event("exit", "stopped", OptionalInt.of(1)), onFailure)).isPresent();
    assertThat(hear(event("exit", "launching", OptionalInt.of(0)), codes)).isPresent();
  }

  @Test
  void givenUpIsToldAfterTheCrash() {
    hear("exit", "errored");
    assertThat(told).containsExactly(Occasion.CRASH, Occasion.ERRORED);
  }

  @ParameterizedTest
  @ValueSource(strings = {"exit", "errored", "unhealthy"})
  void onlineThatHoldsIsRecovered(String trouble) {
    hear(trouble, "start", "online");
    assertThat(incidentState.probation()).isPresent();
    Occurrence recovered = held().orElseThrow();
    assertThat(recovered.occasion()).isEqualTo(Occasion.RECOVERED);
    assertThat(recovered.event().event()).isEqualTo("recovered");
    assertThat(recovered.event().seq()).isEqualTo(3);
    assertThat(recovered.event().reason())
        .isEqualTo("online for 1000 ms again, after: exit 1 after 12 ms");
    assertThat(incidentState).isEqualTo(IncidentState.WELL);
  }

  @ParameterizedTest
  @ValueSource(strings = {"exit", "stopping", "stop", "restart", "errored"})
  void onlineThatDoesNotHoldIsNot(String between) {
    hear("exit", "online", between);
    assertThat(incidentState.probation()).isEmpty();
    assertThat(held()).isEmpty();
    assertThat(told).doesNotContain(Occasion.RECOVERED);
  }

  @Test
  void aNewProcessBeginsProbationAnew() {
    hear("exit", "online");
    Optional<EventMessage> first = incidentState.probation();
    hear("online");
    assertThat(incidentState.probation()).isPresent().isNotEqualTo(first);
  }

  @Test
  void recoveredIsToldOnce() {
    hear("unhealthy", "recovered");
    assertThat(held()).isEmpty();
    hear("online");
    assertThat(incidentState.probation()).isEmpty();
    assertThat(told).containsExactly(Occasion.UNHEALTHY, Occasion.RECOVERED);
  }

  @Test
  void aLimitIsToldAndIsNoTroubleToRecoverFrom() {
    hear("limit", "online");
    assertThat(told).containsExactly(Occasion.LIMIT);
    assertThat(incidentState).isEqualTo(IncidentState.WELL);
  }

  @Test
  void whatALaterVersionTellsIsPassedOver() {
    hear("exit", "online");
    IncidentState before = incidentState;
    hear("reload_failed", "comet");
    assertThat(incidentState).isEqualTo(before);
  }
}
