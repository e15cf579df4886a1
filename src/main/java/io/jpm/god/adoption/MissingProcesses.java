package io.jpm.god.adoption;

import io.jpm.bus.Blocking;
import io.jpm.god.instance.FoundProcess;
import io.jpm.god.instance.GodContext;
import io.jpm.god.instance.Instance;
import io.jpm.god.instance.LimitText;
import io.jpm.god.process.BalancerCoordinator;
import io.jpm.god.supervision.CrashBridging;
import io.jpm.god.supervision.Supervisor;
import io.jpm.model.run.Exit;
import io.jpm.model.run.ProcessIdentity;
import io.jpm.os.Child;
import io.jpm.supervise.Event;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Instant;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/// Handles the processes that a new daemon does not find any more. Each exit is published once,
/// with its pid and with the exit status that the kernel still knows. Confined to GodVerticle's
/// context.
final class MissingProcesses {
  private final GodContext god;
  private final Vertx vertx;
  private final Supervisor supervisor;
  private final TreeEnding ending;
  private final List<Gone> gone = new ArrayList<>();
  private final List<Replaced> replaced = new ArrayList<>();

  /// An instance whose process is gone.
  ///
  /// @param process the process, if one is known
  /// @param tree its possible leftovers
  private record Gone(
      Instance instance,
      long generation,
      Optional<ProcessIdentity> process,
      Optional<Child> tree) {}

  /// A recorded process that the earlier daemon had already replaced.
  ///
  /// @param startedAt when it began
  private record Replaced(
      Instance instance, ProcessIdentity process, Optional<Instant> startedAt) {}

  /// How the missing processes have ended, whether a limit was the cause, their last output, and
  /// their leftovers.
  ///
  /// @param exits exit of each [Gone] and [Replaced]
  private record Ends(
      IdentityHashMap<Object, Exit> exits,
      IdentityHashMap<Gone, String> causes,
      IdentityHashMap<Gone, String> words,
      Set<Child> left) {
    boolean hasLeft(Gone one) {
      return one.tree().filter(left::contains).isPresent();
    }
  }

  MissingProcesses(GodContext god, Vertx vertx, Supervisor supervisor, TreeEnding ending) {
    this.god = god;
    this.vertx = vertx;
    this.supervisor = supervisor;
    this.ending = ending;
  }

  /// Returns the instances without a process.
  List<Instance> instances() {
    return gone.stream().map(Gone::instance).toList();
  }

  /// Adds an instance without a recorded process.
  void addUnrecorded(Instance instance) {
    BalancerCoordinator.forgetProcess(instance);
    long generation = instance.state.generation();
    boolean mayHaveLeftSome = generation > 0 && instance.spec.stop().wholeTree();
    Optional<Child> tree =
        mayHaveLeftSome
            ? Optional.of(TreeEnding.of(god.host(), instance.tag(god.home(), generation)))
            : Optional.empty();
    gone.add(new Gone(instance, generation, Optional.empty(), tree));
  }

  /// Adds an instance whose process `found` is gone. Must be called before a new process is
  /// created.
  void add(Instance instance, FoundProcess found) {
    BalancerCoordinator.forgetProcess(instance);
    instance.latest = Optional.of(found.identity());
    Optional<Child> tree =
        supervisor.processes().remainsOf(instance, found.generation(), found.identity());
    gone.add(new Gone(instance, found.generation(), Optional.of(found.identity()), tree));
  }

  /// Adds a recorded process that is no longer the current one of `instance`.
  ///
  /// @param startedAt when it began
  void addReplaced(Instance instance, ProcessIdentity recorded, Optional<Instant> startedAt) {
    replaced.add(new Replaced(instance, recorded, startedAt));
  }

  /// Publishes all exits, and starts new processes for the instances that must run. All are
  /// examined before the first new process is created, because each further process makes a scan of
  /// all processes slower.
  Future<Void> follow() {
    if (gone.isEmpty() && replaced.isEmpty()) {
      return Future.succeededFuture();
    }
    return ReportedExits.ask(vertx)
        .compose(told ->
            Blocking.call(vertx, this::ends)
                .compose(ends -> {
                  replaced.forEach(one -> tell(one, ends, told));
                  return follow(ends, told);
                }));
  }

  private Ends ends() {
    List<Child> trees = gone.stream().map(Gone::tree).flatMap(Optional::stream).toList();
    Set<Child> left = Set.copyOf(trees.isEmpty() ? trees : god.host().withLeftovers(trees));
    IdentityHashMap<Object, Exit> exits = new IdentityHashMap<>();
    IdentityHashMap<Gone, String> causes = new IdentityHashMap<>();
    IdentityHashMap<Gone, String> words = new IdentityHashMap<>();
    for (Gone one : gone) {
      Exit exit = exitOf(one);
      exits.put(one, exit);
      causes.put(one, cause(one, exit));
      words.put(
          one, one.process().isPresent() ? supervisor.processes().lastWordsOf(one.instance()) : "");
    }
    replaced.stream()
        .filter(one -> god.host().usage(one.process()).isEmpty())
        .forEach(one -> exits.put(one, god.host().exitOf(one.process())));
    return new Ends(exits, causes, words, left);
  }

  /// Returns how the process ended, as far as the system still knows.
  private Exit exitOf(Gone gone) {
    return gone.process()
        .map(god.host()::exitOf)
        .orElseGet(() -> new Exit.Unknown("it ended while no daemon was running"));
  }

  private String cause(Gone gone, Exit exit) {
    Instance instance = gone.instance();
    boolean limited = gone.process().isPresent() && instance.spec.limits().memoryMax().isPresent();
    String tag = instance.tag(god.home(), gone.generation());
    return limited && god.host().ranOutOfMemory(tag) ? LimitText.ofEnd(instance.spec, exit) : "";
  }

  private void tell(Replaced one, Ends ends, ReportedExits told) {
    Exit exit = ends.exits().get(one);
    if (exit != null && !told.has(one.instance().id, one.process(), one.startedAt())) {
      supervisor.announceEnd(
          one.instance(),
          one.process(),
          exit,
          exit + " before the current process was started",
          false);
    }
  }

  /// If the main process is unknown, the end of its leftovers cannot be detected; they are ended
  /// first.
  private Future<Void> follow(Ends ends, ReportedExits told) {
    List<Gone> haunted =
        gone.stream().filter(one -> one.process().isEmpty() && ends.hasLeft(one)).toList();
    gone.stream().filter(one -> !haunted.contains(one)).forEach(one -> follow(one, ends, told));
    List<String> tags =
        haunted.stream().map(one -> one.instance().tag(god.home(), one.generation())).toList();
    return ending
        .end(tags)
        .map(_ -> {
          haunted.forEach(one -> follow(one, ends, told));
          return null;
        });
  }

  private void follow(Gone gone, Ends ends, ReportedExits told) {
    Instance instance = gone.instance();
    boolean left = gone.process().isPresent() && ends.hasLeft(gone);
    if (left) {
      instance.child = gone.tree().orElseThrow();
    }
    if (gone.process().filter(it -> told.has(instance.id, it, instance.startedAt)).isPresent()) {
      instance.latest = Optional.empty();
    }
    boolean toRun = CrashBridging.isToRun(instance.state);
    Exit exit = Objects.requireNonNull(ends.exits().get(gone));
    String cause = Objects.requireNonNull(ends.causes().get(gone));
    String said = Objects.requireNonNull(ends.words().get(gone));
    instance.recorded = Optional.empty();
    Adoption.catchUp(instance, gone.generation(), god.wallClock().instant());
    supervisor.on(instance, new Event.FoundGone(gone.generation(), exit, left, cause, said));
    supervisor.tellUntoldEnd(instance, exit);
    if (toRun) {
      supervisor.on(instance, new Event.StartAsked());
    }
  }
}
