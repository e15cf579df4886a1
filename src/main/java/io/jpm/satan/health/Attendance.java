package io.jpm.satan.health;

import io.jpm.bus.HealthReport;
import io.jpm.bus.SatanCommand.Attend;
import io.jpm.bus.SatanReport;
import io.jpm.model.Check;
import io.jpm.model.Health;
import io.jpm.model.ProcessIdentity;
import io.jpm.model.WorkerId;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// Looks after the health of one process: carries out what [Course] orders. Owned by
/// SatanVerticle's context.
final class Attendance {
  private static final Logger LOG = System.getLogger("jpm.satan");

  /// What all of them need.
  ///
  /// @param nanoTime monotonic time
  /// @param reports takes what is found out
  record Means(
      Vertx vertx,
      Probes probes,
      Hearing hearing,
      LongSupplier nanoTime,
      Consumer<SatanReport.OfHealth> reports) {}

  private final Means means;
  private final Attend attend;
  private final Map<Role, Check> checks = new EnumMap<>(Role.class);
  private final Map<Role, Attempt> attempts = new EnumMap<>(Role.class);
  private final List<Hearing.Heard> heard = new ArrayList<>();
  private final Findings findings;
  private Course course;
  private Condition condition = Condition.NEW;
  private Optional<Subject> subject = Optional.empty();
  private @Nullable Long timer;

  Attendance(Means means, Attend attend) {
    this.means = means;
    this.attend = attend;
    Health health = attend.spec().health();
    health.startup().ifPresent(it -> checks.put(Role.STARTUP, it.check()));
    health.readiness().ifPresent(it -> checks.put(Role.READINESS, it.check()));
    health.liveness().ifPresent(it -> checks.put(Role.LIVENESS, it.check()));
    this.course =
        new Course(Rule.of(health, (check, time) -> Silence.of(check, time, attend.variables())));
    this.findings = new Findings(course.rules(), means.nanoTime().getAsLong());
  }

  /// Begins to listen. Completes when nothing the process says can be missed.
  Future<Void> open() {
    List<Future<Void>> opening =
        checks.values().stream().filter(Attendance::listens).distinct().map(this::open).toList();
    return Future.join(opening).mapEmpty();
  }

  private static boolean listens(Check check) {
    return switch (check) {
      case Check.Log _, Check.Notify _ -> true;
      case Check.Http _, Check.Tcp _, Check.Exec _ -> false;
    };
  }

  private Future<Void> open(Check check) {
    return means
        .hearing()
        .open(attend, check, sign -> heard(check, sign))
        .<Void>map(opened -> {
          if (condition.over()) {
            opened.close();
          } else {
            heard.add(opened);
            subject.ifPresent(it -> opened.began(it.process()));
          }
          return null;
        })
        .recover(error -> {
          each(check, role -> deaf(role, String.valueOf(error.getMessage())));
          return Future.succeededFuture();
        });
  }

  private void deaf(Role role, String reason) {
    if (role == Role.LIVENESS) {
      LOG.log(Level.WARNING, "{0}: liveness is not checked: {1}", attend.spec().name(), reason);
      course = course.without(role);
    }
    findings.unheard(role, reason);
    take(new News.Unheard(role, reason));
  }

  /// The process is there.
  void began(ProcessIdentity process) {
    if (subject.isEmpty() && !condition.over()) {
      subject = Optional.of(new Subject(attend, process));
      heard.forEach(it -> it.began(process));
      take(new News.Began(attend.ready()));
    }
  }

  /// The process, once it is there.
  Optional<ProcessIdentity> process() {
    return subject.map(Subject::process);
  }

  /// How it is; empty where the app has no checks.
  Optional<HealthReport> report() {
    return checks.isEmpty()
        ? Optional.empty()
        : Optional.of(findings.report(means.nanoTime().getAsLong()));
  }

  /// It has said `ready` over its channel.
  void saidReady() {
    ready(new Check.Notify());
  }

  /// Nobody wants to know any more.
  void leave() {
    take(new News.Left());
    heard.forEach(Hearing.Heard::close);
    heard.clear();
  }

  private void heard(Check check, Hearing.Sign sign) {
    if (condition.over()) {
      return;
    }
    switch (sign) {
      case Hearing.Sign.Ready() -> ready(check);
      case Hearing.Sign.Alive() -> {
        if (check.equals(checks.get(Role.LIVENESS))) {
          take(new News.Heard(Role.LIVENESS));
        }
      }
      case Hearing.Sign.Line _ -> each(check, role -> take(new News.Heard(role)));
      case Hearing.Sign.Failing() ->
          take(new News.Failing("it says itself that it cannot go on (WATCHDOG=trigger)"));
      case Hearing.Sign.Stopping() -> take(new News.Left());
      case Hearing.Sign.MoreTime(var time) ->
          means.reports().accept(new SatanReport.MoreTime(worker(), time));
      case Hearing.Sign.Says(String text) ->
          means.reports().accept(new SatanReport.Says(worker(), text));
    }
  }

  private void ready(Check check) {
    each(
        check,
        role -> {
          if (role != Role.LIVENESS) {
            take(new News.Heard(role));
          }
        });
  }

  private void each(Check check, Consumer<Role> action) {
    List<Role> roles = checks.keySet().stream().filter(r -> check.equals(checks.get(r))).toList();
    roles.forEach(action);
  }

  private WorkerId worker() {
    return attend.worker();
  }

  private void take(News news) {
    long now = means.nanoTime().getAsLong();
    Course.Step step = course.step(condition, news, now);
    condition = step.next();
    findings.take(condition, now);
    step.orders().forEach(this::carryOut);
    arm();
  }

  private void carryOut(Order order) {
    Consumer<SatanReport.OfHealth> reports = means.reports();
    switch (order) {
      case Order.Ask(Role role, long attempt) -> ask(role, attempt);
      case Order.GiveUp(Role role, long _) -> {
        Attempt attempt = attempts.remove(role);
        if (attempt != null) {
          attempt.giveUp();
        }
      }
      case Order.SayReady() -> reports.accept(new SatanReport.Ready(worker()));
      case Order.SayNotYet(String reason) ->
          reports.accept(new SatanReport.NotYet(worker(), reason));
      case Order.SayUnhealthy(String reason) ->
          reports.accept(new SatanReport.Unhealthy(worker(), reason));
      case Order.SayRecovered() -> reports.accept(new SatanReport.Recovered(worker()));
      case Order.SayDead(String reason) -> reports.accept(new SatanReport.Dead(worker(), reason));
    }
  }

  /// An answer may come while this is still asking, so it is taken in afterwards.
  private void ask(Role role, long attempt) {
    Check check = checks.get(role);
    if (check == null || subject.isEmpty()) {
      return;
    }
    attempts.put(
        role,
        means
            .probes()
            .ask(
                check,
                subject.get(),
                finding ->
                    means
                        .vertx()
                        .runOnContext(_ -> take(new News.Answered(role, attempt, finding)))));
  }

  /// One timer, for what is due first.
  private void arm() {
    if (timer != null) {
      means.vertx().cancelTimer(timer);
      timer = null;
    }
    OptionalLong due = condition.due();
    if (due.isPresent()) {
      long nanos = due.getAsLong() - means.nanoTime().getAsLong();
      long millis = Math.max(1, Math.ceilDiv(nanos, 1_000_000));
      timer =
          means
              .vertx()
              .setTimer(
                  millis,
                  _ -> {
                    timer = null;
                    take(new News.Tick());
                  });
    }
  }
}
