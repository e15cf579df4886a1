package io.jpm.satan.health;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.model.Check;
import io.jpm.satan.health.Condition.Stage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CourseTest {
  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final Finding WELL = new Finding.Passed();
  private static final Finding ILL = new Finding.Failed("answers 500");

  private final Map<Role, Rule> rules = new EnumMap<>(Role.class);
  private final List<Order> orders = new ArrayList<>();
  private Condition condition = Condition.NEW;
  private long now = 1_000;

  private void asks(Role role, Duration interval, int failures, int successes) {
    var rhythm =
        new Check.Rhythm(interval, SECOND.multipliedBy(2), failures, successes, Duration.ZERO);
    rules.put(role, new Rule(rhythm, true, "no answer"));
  }

  private void listens(Role role, Duration interval, int failures) {
    var rhythm = new Check.Rhythm(interval, SECOND, failures, 1, Duration.ZERO);
    rules.put(role, new Rule(rhythm, false, "silence"));
  }

  private void take(News news) {
    Course.Step step = new Course(rules).step(condition, news, now);
    condition = step.next();
    orders.addAll(step.orders());
  }

  private List<Order> said() {
    return orders.stream()
        .filter(order -> !(order instanceof Order.Ask) && !(order instanceof Order.GiveUp))
        .toList();
  }

  private void begin() {
    take(new News.Began(false));
  }

  private void after(Duration time) {
    now += time.toNanos();
    take(new News.Tick());
  }

  /// The latest attempt of `role` finds this.
  private void found(Role role, Finding finding) {
    take(new News.Answered(role, condition.pulse(role).attempt(), finding));
  }

  /// The attempt that is due next is made, and finds this.
  private void next(Role role, Finding finding) {
    long due = condition.pulse(role).due().orElseThrow();
    now = Math.max(now, due);
    take(new News.Tick());
    assertThat(condition.pulse(role).asking()).isTrue();
    found(role, finding);
  }

  @Test
  void nobodyIsDeadWhoCannotBeHeard() {
    listens(Role.LIVENESS, SECOND, 1);
    begin();
    assertThat(condition.due()).isPresent();
    Course deaf = new Course(rules).without(Role.LIVENESS);
    rules.clear();
    rules.putAll(deaf.rules());
    take(new News.Unheard(Role.LIVENESS, "no socket"));
    assertThat(condition.due()).isEmpty();
    after(SECOND.multipliedBy(5));
    assertThat(said()).isEmpty();
  }

  @Test
  void isReadyWhenStartupAndThenReadinessHavePassed() {
    asks(Role.STARTUP, SECOND, 1, 1);
    asks(Role.READINESS, SECOND, 3, 1);
    begin();
    next(Role.STARTUP, ILL);
    assertThat(said()).containsExactly(new Order.SayNotYet("answers 500"));
    next(Role.STARTUP, WELL);
    assertThat(condition.stage()).isEqualTo(Stage.GETTING_READY);
    next(Role.READINESS, WELL);
    assertThat(said()).last().isEqualTo(new Order.SayReady());
    assertThat(condition.stage()).isEqualTo(Stage.RUNNING);
    assertThat(condition.pulse(Role.STARTUP).due()).isEmpty();
  }

  @Test
  void readinessIsAskedTwiceASecondUntilItHasPassed() {
    asks(Role.READINESS, SECOND.multipliedBy(5), 3, 1);
    begin();
    next(Role.READINESS, ILL);
    long asked = condition.pulse(Role.READINESS).askedAt();
    assertThat(condition.pulse(Role.READINESS).due()).hasValue(asked + 500_000_000);
    next(Role.READINESS, WELL);
    asked = condition.pulse(Role.READINESS).askedAt();
    assertThat(condition.pulse(Role.READINESS).due()).hasValue(asked + 5_000_000_000L);
  }

  @Test
  void theSameReasonIsSaidOnce() {
    asks(Role.READINESS, SECOND, 3, 1);
    begin();
    next(Role.READINESS, ILL);
    next(Role.READINESS, ILL);
    next(Role.READINESS, new Finding.Failed("nothing listens"));
    assertThat(said())
        .containsExactly(
            new Order.SayNotYet("answers 500"), new Order.SayNotYet("nothing listens"));
  }

  @Test
  void readinessHasToPassAsOftenInARowAsIsSaid() {
    asks(Role.READINESS, SECOND, 3, 2);
    begin();
    next(Role.READINESS, WELL);
    next(Role.READINESS, ILL);
    next(Role.READINESS, WELL);
    assertThat(said()).doesNotContain(new Order.SayReady());
    next(Role.READINESS, WELL);
    assertThat(said()).last().isEqualTo(new Order.SayReady());
  }

  @Test
  void anAttemptWithoutAnAnswerFailsWhenItsTimeIsOver() {
    asks(Role.READINESS, SECOND, 3, 1);
    begin();
    after(Duration.ZERO);
    after(SECOND);
    assertThat(said()).isEmpty();
    after(SECOND);
    assertThat(orders)
        .containsExactly(
            new Order.Ask(Role.READINESS, 1),
            new Order.GiveUp(Role.READINESS, 1),
            new Order.SayNotYet("no answer"));
  }

  @Test
  void aLateAnswerIsIgnored() {
    asks(Role.READINESS, SECOND, 3, 1);
    begin();
    after(Duration.ZERO);
    after(SECOND.multipliedBy(2));
    after(SECOND);
    assertThat(condition.pulse(Role.READINESS).attempt()).isEqualTo(2);
    take(new News.Answered(Role.READINESS, 1, WELL));
    assertThat(said()).containsExactly(new Order.SayNotYet("no answer"));
    assertThat(condition.pulse(Role.READINESS).asking()).isTrue();
  }

  @Test
  void whoWasReadyIsUnhealthyAfterSoManyFailuresAndRecovers() {
    asks(Role.READINESS, SECOND, 2, 1);
    begin();
    next(Role.READINESS, WELL);
    next(Role.READINESS, ILL);
    next(Role.READINESS, WELL);
    next(Role.READINESS, ILL);
    assertThat(said()).containsExactly(new Order.SayReady());
    next(Role.READINESS, ILL);
    next(Role.READINESS, ILL);
    next(Role.READINESS, WELL);
    assertThat(said())
        .containsExactly(
            new Order.SayReady(),
            new Order.SayUnhealthy("answers 500, 2 times in a row"),
            new Order.SayRecovered());
  }

  @Test
  void whoHangsAfterAnHourIsFoundDeadAndNothingMoreIsAsked() {
    asks(Role.READINESS, SECOND.multipliedBy(5), 3, 1);
    asks(Role.LIVENESS, SECOND.multipliedBy(10), 3, 1);
    begin();
    long hour = now + Duration.ofHours(1).toNanos();
    while (now < hour) {
      now = Math.max(now, condition.due().orElseThrow());
      take(new News.Tick());
      for (Role role : new Role[] {Role.READINESS, Role.LIVENESS}) {
        if (condition.pulse(role).asking()) {
          found(role, WELL);
        }
      }
    }
    assertThat(said()).containsExactly(new Order.SayReady());
    long hangs = now;
    while (condition.due().isPresent()) {
      now = Math.max(now, condition.due().getAsLong());
      take(new News.Tick());
    }
    assertThat(said())
        .containsExactly(
            new Order.SayReady(),
            new Order.SayUnhealthy("no answer, 3 times in a row"),
            new Order.SayDead("no answer, 3 times in a row"));
    assertThat(Duration.ofNanos(now - hangs)).isLessThanOrEqualTo(Duration.ofSeconds(32));
    assertThat(condition.stage()).isEqualTo(Stage.DEAD);
  }

  @Test
  void livenessIsAskedFromReadyOn() {
    asks(Role.STARTUP, SECOND, 1, 1);
    asks(Role.READINESS, SECOND, 3, 1);
    asks(Role.LIVENESS, SECOND, 1, 1);
    begin();
    next(Role.STARTUP, WELL);
    next(Role.READINESS, ILL);
    assertThat(condition.pulse(Role.LIVENESS).due()).isEmpty();
    next(Role.READINESS, WELL);
    next(Role.LIVENESS, ILL);
    assertThat(said()).last().isEqualTo(new Order.SayDead("answers 500"));
  }

  @Test
  void livenessAloneMakesNobodyReady() {
    asks(Role.LIVENESS, SECOND, 1, 1);
    begin();
    next(Role.LIVENESS, WELL);
    assertThat(said()).isEmpty();
    assertThat(condition.stage()).isEqualTo(Stage.RUNNING);
  }

  @Test
  void delayIsWaitedFirst() {
    var rhythm = new Check.Rhythm(SECOND, SECOND, 1, 1, Duration.ofSeconds(30));
    rules.put(Role.LIVENESS, new Rule(rhythm, true, "no answer"));
    begin();
    after(Duration.ofSeconds(29));
    assertThat(orders).isEmpty();
    after(SECOND);
    assertThat(orders).containsExactly(new Order.Ask(Role.LIVENESS, 1));
  }

  @Test
  void whoWasReadyBeforeTheDaemonIsNotSaidToBeReadyAgain() {
    asks(Role.STARTUP, SECOND, 1, 1);
    asks(Role.READINESS, SECOND, 1, 1);
    take(new News.Began(true));
    next(Role.READINESS, WELL);
    assertThat(said()).isEmpty();
    next(Role.READINESS, ILL);
    assertThat(said()).containsExactly(new Order.SayUnhealthy("answers 500"));
    assertThat(condition.pulse(Role.STARTUP).attempt()).isZero();
  }

  @Test
  void aSignBeforeTheProcessIsKnownCounts() {
    listens(Role.STARTUP, SECOND, 1);
    listens(Role.READINESS, SECOND, 1);
    take(new News.Heard(Role.STARTUP));
    take(new News.Heard(Role.READINESS));
    assertThat(said()).isEmpty();
    begin();
    assertThat(said()).containsExactly(new Order.SayReady());
    take(new News.Heard(Role.READINESS));
    assertThat(said()).containsExactly(new Order.SayReady());
  }

  @Test
  void aSignHasToComeInEachIntervalFromReadyOn() {
    listens(Role.READINESS, SECOND, 1);
    listens(Role.LIVENESS, SECOND.multipliedBy(10), 2);
    begin();
    after(Duration.ofHours(1));
    assertThat(said()).isEmpty();
    take(new News.Heard(Role.READINESS));
    for (int i = 0; i < 5; i++) {
      after(SECOND.multipliedBy(5));
      take(new News.Heard(Role.LIVENESS));
      after(SECOND.multipliedBy(5));
    }
    after(SECOND.multipliedBy(10));
    assertThat(said()).containsExactly(new Order.SayReady());
    after(SECOND.multipliedBy(10));
    assertThat(said()).last().isEqualTo(new Order.SayDead("silence, 2 times in a row"));
  }

  @Test
  void whatCannotBeHeardIsTheReasonForNotBeingReady() {
    listens(Role.READINESS, SECOND, 1);
    take(new News.Unheard(Role.READINESS, "no socket"));
    begin();
    assertThat(said()).containsExactly(new Order.SayNotYet("no socket"));
  }

  @Test
  void whoSaysThatHeCannotGoOnIsDeadAtOnce() {
    listens(Role.LIVENESS, SECOND, 3);
    begin();
    take(new News.Failing("it says so"));
    take(new News.Failing("it says so"));
    assertThat(said())
        .containsExactly(new Order.SayUnhealthy("it says so"), new Order.SayDead("it says so"));
  }

  @Test
  void whoeverLeavesIsAskedNothingMore() {
    asks(Role.READINESS, SECOND, 1, 1);
    begin();
    after(Duration.ZERO);
    take(new News.Left());
    assertThat(orders)
        .containsExactly(new Order.Ask(Role.READINESS, 1), new Order.GiveUp(Role.READINESS, 1));
    after(Duration.ofHours(1));
    found(Role.READINESS, WELL);
    assertThat(orders).hasSize(2);
  }
}
