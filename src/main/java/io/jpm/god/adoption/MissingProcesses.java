package io.jpm.god.adoption;

import io.jpm.bus.BlockingCalls;
import io.jpm.god.instance.FoundProcess;
import io.jpm.god.instance.GodContext;
import io.jpm.god.instance.LimitText;
import io.jpm.god.instance.SupervisedInstance;
import io.jpm.god.process.BalancerCoordinator;
import io.jpm.god.supervision.CrashRecoveryStates;
import io.jpm.god.supervision.Supervisor;
import io.jpm.model.process.Exit;
import io.jpm.model.process.ProcessIdentity;
import io.jpm.os.Child;
import io.jpm.supervise.SupervisionEvent;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Instant;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/// Handles processes that exited while no daemon was running. Publishes each exit once, with the
/// pid and, if it can still be determined, the exit status. Confined to GodVerticle's context.
final class MissingProcesses {
  private final GodContext god;
  private final Vertx vertx;
  private final Supervisor supervisor;
  private final TreeTerminator ending;
  private final List<Gone> gone = new ArrayList<>();
  private final List<Replaced> replaced = new ArrayList<>();

  /// An instance whose process is gone.
  ///
  /// @param process the process that is gone; empty if it is unknown
  /// @param tree the process tree that may contain leftovers; empty if there cannot be any
  private record Gone(
      SupervisedInstance instance,
      long generation,
      Optional<ProcessIdentity> process,
      Optional<Child> tree) {}

  /// A process in the journal that the earlier daemon had already replaced with a newer one.
  ///
  /// @param startedAt when the process was started
  private record Replaced(
      SupervisedInstance instance, ProcessIdentity process, Optional<Instant> startedAt) {}

  /// The results of examining the missing processes: how they terminated, whether a memory limit
  /// was the cause, their last line of error output, and their leftovers.
  ///
  /// @param exits the exit of each [Gone], and of each [Replaced] whose process is no longer
  ///   running
  /// @param causes a text that names the memory limit that caused the exit; an empty string if no
  ///   limit caused it
  /// @param words the last line that the process wrote to standard error; may be empty
  /// @param left the process trees that have leftovers
  private record Ends(
      IdentityHashMap<Object, Exit> exits,
      IdentityHashMap<Gone, String> causes,
      IdentityHashMap<Gone, String> words,
      Set<Child> left) {
    boolean hasLeft(Gone one) {
      return one.tree().filter(left::contains).isPresent();
    }
  }

  MissingProcesses(GodContext god, Vertx vertx, Supervisor supervisor, TreeTerminator ending) {
    this.god = god;
    this.vertx = vertx;
    this.supervisor = supervisor;
    this.ending = ending;
  }

  /// Returns the added instances whose process is gone.
  List<SupervisedInstance> instances() {
    return gone.stream().map(Gone::instance).toList();
  }

  /// Adds an instance for which the journal contains no process.
  void addUnrecorded(SupervisedInstance supervisedInstance) {
    BalancerCoordinator.forgetProcess(supervisedInstance);
    long generation = supervisedInstance.state.generation();
    boolean mayHaveLeftSome = generation > 0 && supervisedInstance.spec.stop().wholeTree();
    Optional<Child> tree =
        mayHaveLeftSome
            ? Optional.of(
                TreeTerminator.treeOf(god.host(), supervisedInstance.tag(god.home(), generation)))
            : Optional.empty();
    gone.add(new Gone(supervisedInstance, generation, Optional.empty(), tree));
  }

  /// Adds an instance whose process `found` is gone. Must be called before a new process is created
  /// for the instance.
  void add(SupervisedInstance supervisedInstance, FoundProcess found) {
    BalancerCoordinator.forgetProcess(supervisedInstance);
    supervisedInstance.unreportedExitProcess = Optional.of(found.identity());
    Optional<Child> tree =
        supervisor
            .processes()
            .leftoverTree(supervisedInstance, found.generation(), found.identity());
    gone.add(new Gone(supervisedInstance, found.generation(), Optional.of(found.identity()), tree));
  }

  /// Adds a process in the journal that is no longer the current process of the instance.
  ///
  /// @param startedAt when the process was started
  void addReplaced(
      SupervisedInstance supervisedInstance,
      ProcessIdentity recorded,
      Optional<Instant> startedAt) {
    replaced.add(new Replaced(supervisedInstance, recorded, startedAt));
  }

  /// Publishes all exits and starts new processes for the instances that must run. All missing
  /// processes are examined before the first new process is created, because a scan of all
  /// processes takes longer with each additional process.
  Future<Void> handleAll() {
    if (gone.isEmpty() && replaced.isEmpty()) {
      return Future.succeededFuture();
    }
    return ReportedExits.fetch(vertx)
        .compose(told ->
            BlockingCalls.call(vertx, this::ends)
                .compose(ends -> {
                  replaced.forEach(one -> tell(one, ends, told));
                  return handleAll(ends, told);
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
          one,
          one.process().isPresent() ? supervisor.processes().lastErrorLine(one.instance()) : "");
    }
    replaced.stream()
        .filter(one -> god.host().usage(one.process()).isEmpty())
        .forEach(one -> exits.put(one, god.host().exitOf(one.process())));
    return new Ends(exits, causes, words, left);
  }

  /// Returns how the process terminated, or [Exit.Unknown] if this can no longer be determined.
  private Exit exitOf(Gone gone) {
    return gone.process()
        .map(god.host()::exitOf)
        .orElseGet(() -> new Exit.Unknown("it ended while no daemon was running"));
  }

  private String cause(Gone gone, Exit exit) {
    SupervisedInstance supervisedInstance = gone.instance();
    boolean limited =
        gone.process().isPresent() && supervisedInstance.spec.limits().memoryMax().isPresent();
    String tag = supervisedInstance.tag(god.home(), gone.generation());
    return limited && god.host().ranOutOfMemory(tag)
        ? LimitText.exitReason(supervisedInstance.spec, exit)
        : "";
  }

  private void tell(Replaced one, Ends ends, ReportedExits told) {
    Exit exit = ends.exits().get(one);
    if (exit != null && !told.contains(one.instance().id, one.process(), one.startedAt())) {
      supervisor.announceExitOf(
          one.instance(),
          one.process(),
          exit,
          exit + " before the current process was started",
          false);
    }
  }

  /// Handles all exits. If the main process is unknown, the termination of its leftovers cannot be
  /// detected later, so they are terminated first.
  private Future<Void> handleAll(Ends ends, ReportedExits told) {
    List<Gone> haunted =
        gone.stream().filter(one -> one.process().isEmpty() && ends.hasLeft(one)).toList();
    gone.stream().filter(one -> !haunted.contains(one)).forEach(one -> handleAll(one, ends, told));
    List<String> tags =
        haunted.stream().map(one -> one.instance().tag(god.home(), one.generation())).toList();
    return ending
        .terminate(tags)
        .map(_ -> {
          haunted.forEach(one -> handleAll(one, ends, told));
          return null;
        });
  }

  private void handleAll(Gone gone, Ends ends, ReportedExits told) {
    SupervisedInstance supervisedInstance = gone.instance();
    boolean left = gone.process().isPresent() && ends.hasLeft(gone);
    if (left) {
      supervisedInstance.child = gone.tree().orElseThrow();
    }
    if (gone.process()
        .filter(it -> told.contains(supervisedInstance.id, it, supervisedInstance.startedAt))
        .isPresent()) {
      supervisedInstance.unreportedExitProcess = Optional.empty();
    }
    boolean toRun = CrashRecoveryStates.isStartPending(supervisedInstance.state);
    Exit exit = Objects.requireNonNull(ends.exits().get(gone));
    String cause = Objects.requireNonNull(ends.causes().get(gone));
    String said = Objects.requireNonNull(ends.words().get(gone));
    supervisedInstance.recorded = Optional.empty();
    Adoption.catchUp(supervisedInstance, gone.generation(), god.wallClock().instant());
    supervisor.handle(
        supervisedInstance,
        new SupervisionEvent.ProcessGone(gone.generation(), exit, left, cause, said));
    supervisor.reportMissedExit(supervisedInstance, exit);
    if (toRun) {
      supervisor.handle(supervisedInstance, new SupervisionEvent.StartRequested());
    }
  }
}
