package io.jpm.god.adoption;

import io.jpm.bus.Blocking;
import io.jpm.god.instance.FoundProcess;
import io.jpm.god.instance.GodContext;
import io.jpm.god.instance.Instance;
import io.jpm.god.instance.InstanceIdentity;
import io.jpm.god.instance.InstancePaths;
import io.jpm.god.instance.Registry;
import io.jpm.god.instance.Tags;
import io.jpm.god.supervision.Supervisor;
import io.jpm.model.AppName;
import io.jpm.model.AppSpec;
import io.jpm.model.run.ProcessIdentity;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/// Takes processes of a lost list up again, as those of apps that are described anew. Owned by
/// GodVerticle's context.
///
/// The tag says that a process is of this home, and the host counts it only on processes of the
/// daemon's own user and on those that have the user and the pipes of their instance. Whose it is
/// say the variables that jpm gave it: name, id, number and home have to agree. The host does not
/// read those of another user's process: of that one the pid file in the home tells, which only the
/// daemon can write. Where nothing tells, nobody takes it up, and the app that it may be of is not
/// started a second time.
public final class ProcessClaims {
  private static final Pattern NUMBER = Pattern.compile("[0-9]{1,6}");

  private final GodContext god;
  private final Vertx vertx;
  private final Registry registry;
  private final Supervisor supervisor;
  private final Adoption adoption;
  private final UnlistedProcesses unlistedProcesses;

  /// What has become of the processes outside the list.
  ///
  /// @param adopted in the list now, and they run
  /// @param doubtful apps that may have a process that cannot be matched
  /// @param problems a sentence for each process that was left
  public record Outcome(List<Instance> adopted, Set<AppName> doubtful, List<String> problems) {
    static final Outcome NOTHING = new Outcome(List.of(), Set.of(), List.of());
  }

  /// What the variables of a process say.
  private sealed interface Verdict {
    /// It is this instance of the app.
    ///
    /// @param number which one; empty: the first that is free
    record Of(AppSpec spec, OptionalInt number) implements Verdict {}

    /// It may be one of the app, but that is not certain.
    record Perhaps(AppSpec spec) implements Verdict {}

    /// It is of none of the apps.
    record Nobody() implements Verdict {}
  }

  private record Judged(Tags.Mark mark, ProcessIdentity process, Verdict verdict) {}

  public ProcessClaims(
      GodContext god,
      Vertx vertx,
      Registry registry,
      Supervisor supervisor,
      Adoption adoption,
      UnlistedProcesses unlistedProcesses) {
    this.god = god;
    this.vertx = vertx;
    this.registry = registry;
    this.supervisor = supervisor;
    this.adoption = adoption;
    this.unlistedProcesses = unlistedProcesses;
  }

  public UnlistedProcesses unlistedProcesses() {
    return unlistedProcesses;
  }

  /// Takes up the processes of those of `specs` that are not in the list.
  public Future<Outcome> claim(List<AppSpec> specs) {
    List<AppSpec> missing =
        specs.stream().filter(spec -> registry.ofApp(spec.name()).isEmpty()).toList();
    return unlistedProcesses
        .present()
        .compose(found ->
            found.isEmpty() || missing.isEmpty()
                ? Future.succeededFuture(Outcome.NOTHING)
                : Blocking.call(vertx, () -> judge(found, missing)).compose(this::take));
  }

  /// What to say of `adopted`.
  public static String takenUp(List<Instance> adopted) {
    List<ProcessIdentity> processes =
        adopted.stream().map(Instance::process).flatMap(Optional::stream).toList();
    return "%d %s of an earlier daemon %s already and %s taken up (%s)"
        .formatted(
            processes.size(),
            processes.size() == 1 ? "process" : "processes",
            processes.size() == 1 ? "runs" : "run",
            processes.size() == 1 ? "is" : "are",
            UnlistedProcesses.pids(processes));
  }

  /// The newest first: a process that a reload was replacing is not taken for its successor.
  private List<Judged> judge(Map<Tags.Mark, ProcessIdentity> found, List<AppSpec> specs) {
    List<Judged> judged = new ArrayList<>();
    found.forEach(
        (mark, process) -> judged.add(new Judged(mark, process, judge(mark, process, specs))));
    judged.sort((one, other) -> Tags.Mark.ORDER.compare(other.mark(), one.mark()));
    return judged;
  }

  private Verdict judge(Tags.Mark mark, ProcessIdentity process, List<AppSpec> specs) {
    if (god.host().variable(process, "name").isEmpty()) {
      Optional<AppSpec> named =
          specs.stream().filter(spec -> isInPidFile(mark, process, spec)).findFirst();
      if (named.isPresent()) {
        return new Verdict.Of(named.get(), OptionalInt.empty());
      }
    }
    Verdict best = new Verdict.Nobody();
    for (AppSpec spec : specs) {
      switch (judge(mark, process, spec)) {
        case Verdict.Of of -> {
          return of;
        }
        case Verdict.Perhaps perhaps -> best = perhaps;
        case Verdict.Nobody _ -> {
          // The next one may be it.
        }
      }
    }
    return best;
  }

  /// Whether the pid file of this instance names the process. A file outside of the home counts for
  /// nothing: it may be the user's to write.
  private boolean isInPidFile(Tags.Mark mark, ProcessIdentity process, AppSpec spec) {
    Path file =
        InstancePaths.of(god.home(), spec, mark.id(), Instant.ofEpochMilli(mark.birth())).pidFile();
    try {
      return spec.pidFile().isEmpty()
          && Files.readString(file).strip().equals(Integer.toString(process.pid()));
    } catch (IOException none) {
      return false;
    }
  }

  private Verdict judge(Tags.Mark mark, ProcessIdentity process, AppSpec spec) {
    Map<String, String> declared = spec.variables().declared();
    Optional<String> name = god.host().variable(process, "name");
    String expected = declared.getOrDefault("name", spec.name().value());
    if (name.isPresent() && !name.get().equals(expected)) {
      return new Verdict.Nobody();
    }
    Optional<String> number = god.host().variable(process, spec.instances().numberVariable());
    boolean certain =
        name.isPresent()
            && !declared.containsKey("name")
            && says(process, declared, "pm_id", mark.id().toString())
            && says(process, declared, "JPM_HOME", god.home().toString())
            && !declared.containsKey(spec.instances().numberVariable())
            && number.filter(text -> NUMBER.matcher(text).matches()).isPresent();
    return certain
        ? new Verdict.Of(spec, OptionalInt.of(Integer.parseInt(number.orElseThrow())))
        : new Verdict.Perhaps(spec);
  }

  /// Whether a variable is as jpm has given it, unless the app has one of its own under that name.
  private boolean says(
      ProcessIdentity process, Map<String, String> declared, String name, String value) {
    return declared.containsKey(name)
        || god.host().variable(process, name).equals(Optional.of(value));
  }

  private Future<Outcome> take(List<Judged> judged) {
    var outcome = new Outcome(new ArrayList<>(), new HashSet<>(), new ArrayList<>());
    Future<Void> all = Future.succeededFuture();
    for (Judged one : judged) {
      all = all.compose(_ -> take(one, outcome));
    }
    return all.map(outcome);
  }

  private Future<Void> take(Judged one, Outcome outcome) {
    return switch (one.verdict()) {
      case Verdict.Of(AppSpec spec, OptionalInt number) when isFree(one.mark(), spec, number) ->
          adopt(one, spec, number.orElseGet(() -> firstFree(spec)), outcome);
      case Verdict.Of(AppSpec spec, OptionalInt _) ->
          left(one, spec, "its place is taken", outcome);
      case Verdict.Perhaps(AppSpec spec) -> {
        outcome.doubtful().add(spec.name());
        yield left(one, spec, "its variables do not tell whose it is", outcome);
      }
      case Verdict.Nobody _ -> Future.succeededFuture();
    };
  }

  private boolean isFree(Tags.Mark mark, AppSpec spec, OptionalInt number) {
    return registry.current(mark.id()).isEmpty()
        && (number.isEmpty() || isFree(spec, number.getAsInt()));
  }

  private boolean isFree(AppSpec spec, int number) {
    return registry.ofApp(spec.name()).stream().noneMatch(other -> other.number == number);
  }

  private int firstFree(AppSpec spec) {
    return IntStream.iterate(0, number -> number + 1)
        .filter(number -> isFree(spec, number))
        .findFirst()
        .orElseThrow();
  }

  private static Future<Void> left(Judged one, AppSpec spec, String why, Outcome outcome) {
    outcome
        .problems()
        .add(
            "pid %d may be a process of %s, but %s: it is left as it is, and kill %d or jpm kill ends it"
                .formatted(one.process().pid(), spec.name(), why, one.process().pid()));
    return Future.succeededFuture();
  }

  private Future<Void> adopt(Judged one, AppSpec spec, int number, Outcome outcome) {
    Instant birth = Instant.ofEpochMilli(one.mark().birth());
    var instance =
        new Instance(
            new InstanceIdentity(one.mark().id(), number, birth, birth, one.mark().secret()),
            spec,
            god.home());
    instance.balanced = spec.cluster().enabled();
    registry.add(instance);
    return adoption
        .adopt(instance, new FoundProcess(one.process(), one.mark().generation()))
        .map(alive -> {
          if (alive) {
            supervisor.specChanged(instance);
            outcome.adopted().add(instance);
          } else {
            registry.remove(instance);
            instance.removed = true;
          }
          return null;
        });
  }
}
