package io.jpm.supervise;

import io.jpm.model.process.Exit;
import io.jpm.model.process.Phase;
import io.jpm.model.process.Signal;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/// Explores every way in which daemons can follow each other over one instance. Each daemon may die
/// after any step, also of its boot, and the journal may or may not be written after any step. The
/// running processes, the journal and the knowledge of the daemon may all differ.
final class DaemonRestartModel {
  static final String NO_DUPLICATE =
      "no process is spawned while another process with the tag is running";
  static final String ALL_KNOWN = "every running process is known to the daemon";
  static final String STOP_FINISHED = "a stop in progress is finished";

  /// The journal is written in each turn of the event loop, so it is at most this many generations
  /// behind.
  private static final long MAX_LAG = 2;

  private static final long BASE = 10;
  private static final Exit CRASH = new Exit.Code(1);
  private static final Exit UNSEEN = new Exit.Unknown("no daemon");

  private final SupervisionPolicy supervisionPolicy;
  private final AdoptionRule adoptionRule;
  private final boolean keepsRecorded;
  private final Map<State, Integer> numbers = new HashMap<>();
  private final List<State> states = new ArrayList<>();
  private final List<String> paths = new ArrayList<>();

  /// Selects the process that is adopted for the instance.
  interface AdoptionRule {
    Optional<AdoptionSelector.AdoptableProcess<Long>> of(
        InstanceState state, Optional<Long> recorded, Map<Long, Long> tagged);
  }

  /// The content of the journal. A process is named by its generation.
  record Journal(InstanceState state, Optional<Long> process) {}

  /// The knowledge of the daemon.
  ///
  /// @param child the process under watch; it may have ended
  /// @param recorded the process that the journal named at boot
  /// @param decided whether the fate of the recorded process is decided
  /// @param asked a process whose spawn is requested
  /// @param made a process that was spawned, before the daemon knows of it
  /// @param watched whether the end of the tree will be reported
  /// @param exitTold whether the exit of the child was reported
  record Daemon(
      InstanceState state,
      Optional<Long> child,
      Optional<Long> recorded,
      boolean decided,
      Optional<Long> asked,
      Optional<Long> made,
      boolean watched,
      boolean exitTold,
      boolean waits,
      Set<InstanceTimer> timers) {
    Daemon {
      timers = Set.copyOf(timers);
    }
  }

  /// The complete state of the model.
  record State(Journal journal, Optional<Daemon> daemon, Set<Long> alive) {
    State {
      alive = Set.copyOf(alive);
    }
  }

  private DaemonRestartModel(
      SupervisionPolicy supervisionPolicy, AdoptionRule adoptionRule, boolean keepsRecorded) {
    this.supervisionPolicy = supervisionPolicy;
    this.adoptionRule = adoptionRule;
    this.keepsRecorded = keepsRecorded;
  }

  /// Explores the model until there are no new states.
  ///
  /// @param keepsRecorded whether a journal that is written before the decision names the recorded
  ///   process
  /// @return the number of states
  /// @throws AssertionError if a rule is broken, with the shortest path to the violation
  static int explore(
      SupervisionPolicy supervisionPolicy, AdoptionRule adoptionRule, boolean keepsRecorded) {
    var walk = new DaemonRestartModel(supervisionPolicy, adoptionRule, keepsRecorded);
    var begin = new Journal(InstanceState.NEW.ofGeneration(BASE), Optional.empty());
    walk.addState(new State(begin, Optional.empty(), Set.of()), "begin");
    for (int next = 0; next < walk.states.size(); next++) {
      walk.exploreFrom(next);
      if (next > 500_000) {
        throw new AssertionError("the number of states must be finite");
      }
    }
    return walk.states.size();
  }

  private void addState(State world, String way) {
    State small = normalized(world);
    if (numbers.putIfAbsent(small, states.size()) == null) {
      checkRules(small, way);
      states.add(small);
      paths.add(way);
    }
  }

  private void checkRules(State world, String way) {
    check(world.alive().size() <= 1, NO_DUPLICATE, way);
    world
        .daemon()
        .filter(Daemon::decided)
        .ifPresent(daemon -> {
          for (long living : world.alive()) {
            boolean known =
                daemon.child().equals(Optional.of(living))
                    || daemon.made().equals(Optional.of(living));
            check(known, ALL_KNOWN, way);
            boolean unwanted =
                daemon.state().desiredState() == DesiredState.DOWN && daemon.made().isEmpty();
            boolean ending =
                daemon.state().phase() == Phase.STOPPING
                    && daemon.timers().contains(InstanceTimer.KILL);
            check(!unwanted || ending, STOP_FINISHED, way);
          }
        });
  }

  private static void check(boolean holds, String rule, String way) {
    if (!holds) {
      throw new AssertionError(rule + ": " + way);
    }
  }

  private void exploreFrom(int number) {
    State world = states.get(number);
    String way = paths.get(number) + " > ";
    for (long living : world.alive()) {
      Set<Long> left = new TreeSet<>(world.alive());
      left.remove(living);
      addState(new State(world.journal(), world.daemon(), left), way + "it ends");
    }
    if (world.daemon().isEmpty()) {
      addState(
          new State(world.journal(), Optional.of(bootFrom(world.journal())), world.alive()),
          way + "boot");
      return;
    }
    Daemon daemon = world.daemon().get();
    addState(new State(world.journal(), Optional.empty(), world.alive()), way + "the daemon dies");
    if (daemon.asked().isPresent()) {
      State made = with(world, daemon.asked().get());
      addState(new State(world.journal(), Optional.empty(), made.alive()), way + "dies, spawned");
    }
    Optional<Long> process =
        daemon.child().or(() -> keepsRecorded ? daemon.recorded() : Optional.empty());
    addState(
        new State(new Journal(daemon.state(), process), world.daemon(), world.alive()),
        way + "journal");
    if (!daemon.decided()) {
      decide(world, daemon, way);
    } else {
      exploreEvents(world, daemon, way);
    }
  }

  private static Daemon bootFrom(Journal journal) {
    return new Daemon(
        journal.state(),
        Optional.empty(),
        journal.process(),
        false,
        Optional.empty(),
        Optional.empty(),
        false,
        false,
        false,
        Set.of());
  }

  private static State with(State world, long process) {
    Set<Long> alive = new TreeSet<>(world.alive());
    alive.add(process);
    return new State(world.journal(), world.daemon(), alive);
  }

  private void decide(State world, Daemon daemon, String way) {
    Map<Long, Long> tagged = new TreeMap<>();
    world.alive().forEach(generation -> tagged.put(generation, generation));
    Optional<AdoptionSelector.AdoptableProcess<Long>> found =
        adoptionRule.of(daemon.state(), daemon.recorded(), tagged);
    long generation =
        found
            .map(AdoptionSelector.AdoptableProcess::generation)
            .orElse(daemon.state().generation());
    Optional<Long> living =
        found.map(AdoptionSelector.AdoptableProcess::process).filter(world.alive()::contains);
    Daemon decided =
        new Daemon(
            daemon.state(),
            living,
            Optional.empty(),
            true,
            Optional.empty(),
            Optional.empty(),
            false,
            false,
            false,
            Set.of());
    SupervisionEvent supervisionEvent =
        living.isPresent()
            ? new SupervisionEvent.Adopted(generation, 0)
            : new SupervisionEvent.ProcessGone(generation, UNSEEN, false);
    step(world, decided, supervisionEvent, way);
  }

  private void exploreEvents(State world, Daemon daemon, String way) {
    long present = daemon.state().generation();
    step(world, daemon, new SupervisionEvent.StartRequested(), way);
    step(world, daemon, new SupervisionEvent.StopRequested(), way);
    step(world, daemon, new SupervisionEvent.RestartRequested(), way);
    daemon
        .asked()
        .ifPresent(asked -> {
          State more = with(world, asked);
          Daemon made = changed(daemon, it -> it.asked(Optional.empty()).made(Optional.of(asked)));
          addState(new State(world.journal(), Optional.of(made), more.alive()), way + "made");
          step(
              world,
              changed(daemon, it -> it.asked(Optional.empty())),
              new SupervisionEvent.SpawnFailed(asked, "no", false),
              way);
        });
    daemon
        .made()
        .ifPresent(made ->
            step(
                world,
                changed(daemon, it -> it.made(Optional.empty()).child(Optional.of(made))),
                new SupervisionEvent.Spawned(made),
                way));
    if (daemon.waits()) {
      step(
          world,
          changed(daemon, it -> it.waits(false)),
          new SupervisionEvent.DependenciesMet(present),
          way);
    }
    for (InstanceTimer instanceTimer : daemon.timers()) {
      Set<InstanceTimer> left = EnumSet.copyOf(daemon.timers());
      left.remove(instanceTimer);
      step(
          world,
          changed(daemon, it -> it.timers(left)),
          new SupervisionEvent.TimerFired(instanceTimer, present),
          way);
    }
    exploreExits(world, daemon, way);
  }

  private void exploreExits(State world, Daemon daemon, String way) {
    long present = daemon.state().generation();
    boolean lives = daemon.child().filter(world.alive()::contains).isPresent();
    if (lives) {
      step(world, daemon, new SupervisionEvent.Ready(present), way);
    }
    if (daemon.child().isPresent() && !lives && !daemon.exitTold()) {
      Daemon told =
          daemon.watched()
              ? changed(daemon, it -> it.exitTold(true))
              : changed(daemon, it -> it.child(Optional.empty()));
      step(world, told, new SupervisionEvent.Exited(present, CRASH, false), way);
    }
    boolean over = daemon.child().isEmpty() || (!lives && daemon.exitTold());
    if (daemon.watched() && over) {
      Daemon gone = changed(daemon, it -> it.child(Optional.empty()).watched(false));
      step(world, gone, new SupervisionEvent.TreeGone(present), way);
    }
  }

  private void step(State world, Daemon daemon, SupervisionEvent supervisionEvent, String way) {
    Step step = Supervision.step(daemon.state(), supervisionEvent, supervisionPolicy, 0);
    String words = way + supervisionEvent;
    var next = new MutableDaemon(daemon);
    next.state = step.next();
    for (SupervisionEffect supervisionEffect : step.effects()) {
      switch (supervisionEffect) {
        case SupervisionEffect.Spawn(long generation) -> {
          check(world.alive().isEmpty(), NO_DUPLICATE, words);
          next.asked = Optional.of(generation);
          next.child = Optional.empty();
          next.watched = false;
          next.exitTold = false;
        }
        case SupervisionEffect.AwaitDependencies _ -> next.waits = true;
        case SupervisionEffect.SignalTree(long _, Signal _) -> next.watched = true;
        case SupervisionEffect.StartTimer(InstanceTimer instanceTimer, long _, var _) ->
            next.timers.add(instanceTimer);
        case SupervisionEffect.CancelTimer(InstanceTimer instanceTimer) ->
            next.timers.remove(instanceTimer);
        case SupervisionEffect.SendShutdown _,
            SupervisionEffect.RunStopCommand _,
            SupervisionEffect.Announce _ -> {}
      }
    }
    if (next.state.generation() != daemon.state().generation()) {
      next.waits &=
          step.effects().stream().anyMatch(SupervisionEffect.AwaitDependencies.class::isInstance);
    }
    if (next.state.generation() - world.journal().state().generation() <= MAX_LAG) {
      addState(new State(world.journal(), Optional.of(next.done()), world.alive()), words);
    }
  }

  private static Daemon changed(Daemon daemon, UnaryOperator<MutableDaemon> change) {
    return change.apply(new MutableDaemon(daemon)).done();
  }

  /// A mutable copy of a daemon.
  private static final class MutableDaemon {
    private InstanceState state;
    private Optional<Long> child;
    private final Optional<Long> recorded;
    private final boolean decided;
    private Optional<Long> asked;
    private Optional<Long> made;
    private boolean watched;
    private boolean exitTold;
    private boolean waits;
    private Set<InstanceTimer> timers = EnumSet.noneOf(InstanceTimer.class);

    MutableDaemon(Daemon daemon) {
      this.state = daemon.state();
      this.child = daemon.child();
      this.recorded = daemon.recorded();
      this.decided = daemon.decided();
      this.asked = daemon.asked();
      this.made = daemon.made();
      this.watched = daemon.watched();
      this.exitTold = daemon.exitTold();
      this.waits = daemon.waits();
      this.timers.addAll(daemon.timers());
    }

    MutableDaemon child(Optional<Long> now) {
      child = now;
      return this;
    }

    MutableDaemon asked(Optional<Long> now) {
      asked = now;
      return this;
    }

    MutableDaemon made(Optional<Long> now) {
      made = now;
      return this;
    }

    MutableDaemon watched(boolean now) {
      watched = now;
      return this;
    }

    MutableDaemon exitTold(boolean now) {
      exitTold = now;
      return this;
    }

    MutableDaemon waits(boolean now) {
      waits = now;
      return this;
    }

    MutableDaemon timers(Set<InstanceTimer> now) {
      timers = now;
      return this;
    }

    Daemon done() {
      return new Daemon(
          state, child, recorded, decided, asked, made, watched, exitTold, waits, timers);
    }
  }

  /// Returns the state without the values that would make the number of states infinite.
  private static State normalized(State world) {
    long by = BASE - world.journal().state().generation();
    return new State(
        new Journal(
            normalized(world.journal().state(), by), world.journal().process().map(it -> it + by)),
        world
            .daemon()
            .map(daemon ->
                new Daemon(
                    normalized(daemon.state(), by),
                    daemon.child().map(it -> it + by),
                    daemon.recorded().map(it -> it + by),
                    daemon.decided(),
                    daemon.asked().map(it -> it + by),
                    daemon.made().map(it -> it + by),
                    daemon.watched(),
                    daemon.exitTold(),
                    daemon.waits(),
                    daemon.timers())),
        world.alive().stream().map(it -> it + by).collect(Collectors.toUnmodifiableSet()));
  }

  private static InstanceState normalized(InstanceState state, long by) {
    return new InstanceState(
        state.desiredState(),
        state.phase(),
        state.startBlocker(),
        state.stopCause(),
        state.signalled(),
        state.generation() + by,
        new RestartCounters(0, Math.min(1, state.unstable()), 0),
        0,
        Optional.empty(),
        "");
  }
}
