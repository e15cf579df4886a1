package io.jpm.god.adoption;

import io.jpm.bus.BlockingCalls;
import io.jpm.god.instance.FoundProcess;
import io.jpm.god.instance.GodContext;
import io.jpm.god.instance.InstanceIdentity;
import io.jpm.god.instance.InstancePaths;
import io.jpm.god.instance.Registry;
import io.jpm.god.instance.SupervisedInstance;
import io.jpm.god.instance.Tags;
import io.jpm.god.supervision.Supervisor;
import io.jpm.model.AppName;
import io.jpm.model.AppSpec;
import io.jpm.model.process.ProcessIdentity;
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

/// Reclaims running processes whose instances are missing from the list, when their apps are
/// started again. Confined to GodVerticle's context.
///
/// The process tag shows that a process belongs to this home directory. The host accepts the tag
/// only from processes of the daemon's own user, and from processes that run as the user of their
/// instance and use its pipes. A process is matched with its app as follows:
///
/// - The variables that jpm set for the process must match: app name, id, instance number and home
///   directory.
/// - The host does not read the variables of a process that runs as another user. Such a process is
///   matched by the pid file in the home directory, which only the daemon can write.
/// - A process that cannot be matched is not adopted, and an app to which it may belong is not
///   started a second time.
public final class ProcessReclaimer {
  private static final Pattern NUMBER = Pattern.compile("[0-9]{1,6}");

  private final GodContext god;
  private final Vertx vertx;
  private final Registry registry;
  private final Supervisor supervisor;
  private final Adoption adoption;
  private final UnlistedProcesses unlistedProcesses;

  /// The result of reclaiming unlisted processes.
  ///
  /// @param adopted the running instances that were added to the list
  /// @param doubtful the apps that may have a process that cannot be matched
  /// @param problems one message for each process that was not adopted
  public record Outcome(
      List<SupervisedInstance> adopted, Set<AppName> doubtful, List<String> problems) {
    static final Outcome NOTHING = new Outcome(List.of(), Set.of(), List.of());
  }

  /// The result of matching a process with the apps.
  private sealed interface Match {
    /// The process belongs to the app.
    ///
    /// @param number the number of the instance; empty to use the first free number
    record Of(AppSpec spec, OptionalInt number) implements Match {}

    /// The process may belong to the app.
    record Possible(AppSpec spec) implements Match {}

    /// The process belongs to none of the apps.
    record None() implements Match {}
  }

  private record MatchedProcess(Tags.InstanceTag mark, ProcessIdentity process, Match verdict) {}

  public ProcessReclaimer(
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

  /// Reclaims the running processes of those apps in `specs` that are not in the list.
  public Future<Outcome> claim(List<AppSpec> specs) {
    List<AppSpec> missing =
        specs.stream().filter(spec -> registry.ofApp(spec.name()).isEmpty()).toList();
    return unlistedProcesses
        .present()
        .compose(found ->
            found.isEmpty() || missing.isEmpty()
                ? Future.succeededFuture(Outcome.NOTHING)
                : BlockingCalls.call(vertx, () -> judge(found, missing)).compose(this::take));
  }

  /// Returns the message about the adopted instances.
  public static String adoptedMessage(List<SupervisedInstance> adopted) {
    List<ProcessIdentity> processes =
        adopted.stream().map(SupervisedInstance::process).flatMap(Optional::stream).toList();
    return "%d running %s of an earlier daemon %s adopted (%s)"
        .formatted(
            processes.size(),
            processes.size() == 1 ? "process" : "processes",
            processes.size() == 1 ? "was" : "were",
            UnlistedProcesses.pids(processes));
  }

  /// Matches processes with apps and returns the newest first, so that the new process of an
  /// interrupted reload is preferred to the old one.
  private List<MatchedProcess> judge(
      Map<Tags.InstanceTag, ProcessIdentity> found, List<AppSpec> specs) {
    List<MatchedProcess> judged = new ArrayList<>();
    found.forEach((instanceTag, process) ->
        judged.add(new MatchedProcess(instanceTag, process, judge(instanceTag, process, specs))));
    judged.sort((one, other) -> Tags.InstanceTag.ORDER.compare(other.mark(), one.mark()));
    return judged;
  }

  private Match judge(Tags.InstanceTag instanceTag, ProcessIdentity process, List<AppSpec> specs) {
    if (god.host().environmentVariable(process, "name").isEmpty()) {
      Optional<AppSpec> named =
          specs.stream().filter(spec -> isInPidFile(instanceTag, process, spec)).findFirst();
      if (named.isPresent()) {
        return new Match.Of(named.get(), OptionalInt.empty());
      }
    }
    Match best = new Match.None();
    for (AppSpec spec : specs) {
      switch (judge(instanceTag, process, spec)) {
        case Match.Of of -> {
          return of;
        }
        case Match.Possible possible -> best = possible;
        case Match.None _ -> {
          // The next app may match.
        }
      }
    }
    return best;
  }

  /// Reports whether the pid file of the instance contains the pid of the process. A file outside
  /// the home directory is ignored, because the app's user may be able to write it.
  private boolean isInPidFile(Tags.InstanceTag instanceTag, ProcessIdentity process, AppSpec spec) {
    Path file =
        InstancePaths.of(
                god.home(), spec, instanceTag.id(), Instant.ofEpochMilli(instanceTag.incarnation()))
            .pidFile();
    try {
      return spec.pidFile().isEmpty()
          && Files.readString(file).strip().equals(Integer.toString(process.pid()));
    } catch (IOException none) {
      return false;
    }
  }

  private Match judge(Tags.InstanceTag instanceTag, ProcessIdentity process, AppSpec spec) {
    Map<String, String> declared = spec.variables().declared();
    Optional<String> name = god.host().environmentVariable(process, "name");
    String expected = declared.getOrDefault("name", spec.name().value());
    if (name.isPresent() && !name.get().equals(expected)) {
      return new Match.None();
    }
    Optional<String> number =
        god.host().environmentVariable(process, spec.instances().numberVariable());
    boolean certain =
        name.isPresent()
            && !declared.containsKey("name")
            && says(process, declared, "pm_id", instanceTag.id().toString())
            && says(process, declared, "JPM_HOME", god.home().toString())
            && !declared.containsKey(spec.instances().numberVariable())
            && number.filter(text -> NUMBER.matcher(text).matches()).isPresent();
    return certain
        ? new Match.Of(spec, OptionalInt.of(Integer.parseInt(number.orElseThrow())))
        : new Match.Possible(spec);
  }

  /// Reports whether a variable of the process has the value that jpm sets, or is overridden by the
  /// spec.
  private boolean says(
      ProcessIdentity process, Map<String, String> declared, String name, String value) {
    return declared.containsKey(name)
        || god.host().environmentVariable(process, name).equals(Optional.of(value));
  }

  private Future<Outcome> take(List<MatchedProcess> judged) {
    var outcome = new Outcome(new ArrayList<>(), new HashSet<>(), new ArrayList<>());
    Future<Void> all = Future.succeededFuture();
    for (MatchedProcess one : judged) {
      all = all.compose(_ -> take(one, outcome));
    }
    return all.map(outcome);
  }

  private Future<Void> take(MatchedProcess one, Outcome outcome) {
    return switch (one.verdict()) {
      case Match.Of(AppSpec spec, OptionalInt number) when isFree(one.mark(), spec, number) ->
          adopt(one, spec, number.orElseGet(() -> firstFree(spec)), outcome);
      case Match.Of(AppSpec spec, OptionalInt _) ->
          left(one, spec, "its id or number is in use", outcome);
      case Match.Possible(AppSpec spec) -> {
        outcome.doubtful().add(spec.name());
        yield left(one, spec, "its environment does not show which app it belongs to", outcome);
      }
      case Match.None _ -> Future.succeededFuture();
    };
  }

  private boolean isFree(Tags.InstanceTag instanceTag, AppSpec spec, OptionalInt number) {
    return registry.current(instanceTag.id()).isEmpty()
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

  private static Future<Void> left(MatchedProcess one, AppSpec spec, String why, Outcome outcome) {
    outcome
        .problems()
        .add(
            "pid %d may be a process of %s, but %s, so it was left running: run kill %d to stop it, or jpm kill to stop everything"
                .formatted(one.process().pid(), spec.name(), why, one.process().pid()));
    return Future.succeededFuture();
  }

  private Future<Void> adopt(MatchedProcess one, AppSpec spec, int number, Outcome outcome) {
    Instant birth = Instant.ofEpochMilli(one.mark().incarnation());
    var supervisedInstance =
        new SupervisedInstance(
            new InstanceIdentity(one.mark().id(), number, birth, birth, one.mark().secret()),
            spec,
            god.home());
    supervisedInstance.balanced = spec.cluster().enabled();
    registry.add(supervisedInstance);
    return adoption
        .adopt(supervisedInstance, new FoundProcess(one.process(), one.mark().generation()))
        .map(alive -> {
          if (alive) {
            supervisor.specChanged(supervisedInstance);
            outcome.adopted().add(supervisedInstance);
          } else {
            registry.remove(supervisedInstance);
            supervisedInstance.removed = true;
          }
          return null;
        });
  }
}
