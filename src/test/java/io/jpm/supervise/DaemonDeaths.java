package io.jpm.supervise;

import io.jpm.model.run.Exit;
import io.jpm.model.run.Phase;
import io.jpm.model.run.Signal;
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
final class DaemonDeaths {
  static final String ONE_LIFE =
      "no process is spawned while another process with the tag is running";
  static final String NOTHING_FORGOTTEN = "every running process is known to the daemon";
  static final String STOP_GOES_ON = "a stop in progress is finished";

  /// The journal is written in each turn of the event loop, so it is at most this many generations
  /// behind.
  private static final long FURTHEST_BEHIND = 2;

  private static final long BASE = 10;
  private static final Exit CRASH = new Exit.Code(1);
  private static final Exit UNSEEN = new Exit.Unknown("no daemon");

  private final Policies policies;
  private final Choice choice;
  private final boolean keepsRecorded;
  private final Map<World, Integer> numbers = new HashMap<>();
  private final List<World> worlds = new ArrayList<>();
  private final List<String> ways = new ArrayList<>();

  /// Selects the process that is adopted for the instance.
  interface Choice {
    Optional<Inheritance.Candidate<Long>> of(
        Supervised state, Optional<Long> recorded, Map<Long, Long> tagged);
  }

  /// The content of the journal. A process is named by its generation.
  record Journal(Supervised state, Optional<Long> process) {}

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
      Supervised state,
      Optional<Long> child,
      Optional<Long> recorded,
      boolean decided,
      Optional<Long> asked,
      Optional<Long> made,
      boolean watched,
      boolean exitTold,
      boolean waits,
      Set<Timer> timers) {
    Daemon {
      timers = Set.copyOf(timers);
    }
  }

  /// The complete state of the model.
  record World(Journal journal, Optional<Daemon> daemon, Set<Long> alive) {
    World {
      alive = Set.copyOf(alive);
    }
  }

  private DaemonDeaths(Policies policies, Choice choice, boolean keepsRecorded) {
    this.policies = policies;
    this.choice = choice;
    this.keepsRecorded = keepsRecorded;
  }

  /// Explores the model until there are no new states.
  ///
  /// @param keepsRecorded whether a journal that is written before the decision names the recorded
  ///   process
  /// @return the number of states
  /// @throws AssertionError if a rule is broken, with the shortest path to the violation
  static int walk(Policies policies, Choice choice, boolean keepsRecorded) {
    var walk = new DaemonDeaths(policies, choice, keepsRecorded);
    var begin = new Journal(Supervised.NEW.ofGeneration(BASE), Optional.empty());
    walk.found(new World(begin, Optional.empty(), Set.of()), "begin");
    for (int next = 0; next < walk.worlds.size(); next++) {
      walk.from(next);
      if (next > 500_000) {
        throw new AssertionError("the number of states must be finite");
      }
    }
    return walk.worlds.size();
  }

  private void found(World world, String way) {
    World small = normal(world);
    if (numbers.putIfAbsent(small, worlds.size()) == null) {
      hold(small, way);
      worlds.add(small);
      ways.add(way);
    }
  }

  private void hold(World world, String way) {
    rule(world.alive().size() <= 1, ONE_LIFE, way);
    world
        .daemon()
        .filter(Daemon::decided)
        .ifPresent(daemon -> {
          for (long living : world.alive()) {
            boolean known =
                daemon.child().equals(Optional.of(living))
                    || daemon.made().equals(Optional.of(living));
            rule(known, NOTHING_FORGOTTEN, way);
            boolean unwanted =
                daemon.state().desiredState() == DesiredState.DOWN && daemon.made().isEmpty();
            boolean ending =
                daemon.state().phase() == Phase.STOPPING && daemon.timers().contains(Timer.KILL);
            rule(!unwanted || ending, STOP_GOES_ON, way);
          }
        });
  }

  private static void rule(boolean holds, String rule, String way) {
    if (!holds) {
      throw new AssertionError(rule + ": " + way);
    }
  }

  private void from(int number) {
    World world = worlds.get(number);
    String way = ways.get(number) + " > ";
    for (long living : world.alive()) {
      Set<Long> left = new TreeSet<>(world.alive());
      left.remove(living);
      found(new World(world.journal(), world.daemon(), left), way + "it ends");
    }
    if (world.daemon().isEmpty()) {
      found(
          new World(world.journal(), Optional.of(booted(world.journal())), world.alive()),
          way + "boot");
      return;
    }
    Daemon daemon = world.daemon().get();
    found(new World(world.journal(), Optional.empty(), world.alive()), way + "the daemon dies");
    if (daemon.asked().isPresent()) {
      World made = with(world, daemon.asked().get());
      found(new World(world.journal(), Optional.empty(), made.alive()), way + "dies, spawned");
    }
    Optional<Long> process =
        daemon.child().or(() -> keepsRecorded ? daemon.recorded() : Optional.empty());
    found(
        new World(new Journal(daemon.state(), process), world.daemon(), world.alive()),
        way + "journal");
    if (!daemon.decided()) {
      decide(world, daemon, way);
    } else {
      goOn(world, daemon, way);
    }
  }

  private static Daemon booted(Journal journal) {
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

  private static World with(World world, long process) {
    Set<Long> alive = new TreeSet<>(world.alive());
    alive.add(process);
    return new World(world.journal(), world.daemon(), alive);
  }

  private void decide(World world, Daemon daemon, String way) {
    Map<Long, Long> tagged = new TreeMap<>();
    world.alive().forEach(generation -> tagged.put(generation, generation));
    Optional<Inheritance.Candidate<Long>> found =
        choice.of(daemon.state(), daemon.recorded(), tagged);
    long generation =
        found.map(Inheritance.Candidate::generation).orElse(daemon.state().generation());
    Optional<Long> living =
        found.map(Inheritance.Candidate::process).filter(world.alive()::contains);
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
    Event event =
        living.isPresent()
            ? new Event.Adopted(generation, 0)
            : new Event.FoundGone(generation, UNSEEN, false);
    step(world, decided, event, way);
  }

  private void goOn(World world, Daemon daemon, String way) {
    long present = daemon.state().generation();
    step(world, daemon, new Event.StartAsked(), way);
    step(world, daemon, new Event.StopAsked(), way);
    step(world, daemon, new Event.RestartAsked(), way);
    daemon
        .asked()
        .ifPresent(asked -> {
          World more = with(world, asked);
          Daemon made = changed(daemon, it -> it.asked(Optional.empty()).made(Optional.of(asked)));
          found(new World(world.journal(), Optional.of(made), more.alive()), way + "made");
          step(
              world,
              changed(daemon, it -> it.asked(Optional.empty())),
              new Event.SpawnFailed(asked, "no", false),
              way);
        });
    daemon
        .made()
        .ifPresent(made ->
            step(
                world,
                changed(daemon, it -> it.made(Optional.empty()).child(Optional.of(made))),
                new Event.Spawned(made),
                way));
    if (daemon.waits()) {
      step(world, changed(daemon, it -> it.waits(false)), new Event.DependenciesMet(present), way);
    }
    for (Timer timer : daemon.timers()) {
      Set<Timer> left = EnumSet.copyOf(daemon.timers());
      left.remove(timer);
      step(
          world, changed(daemon, it -> it.timers(left)), new Event.TimerFired(timer, present), way);
    }
    ends(world, daemon, way);
  }

  private void ends(World world, Daemon daemon, String way) {
    long present = daemon.state().generation();
    boolean lives = daemon.child().filter(world.alive()::contains).isPresent();
    if (lives) {
      step(world, daemon, new Event.Ready(present), way);
    }
    if (daemon.child().isPresent() && !lives && !daemon.exitTold()) {
      Daemon told =
          daemon.watched()
              ? changed(daemon, it -> it.exitTold(true))
              : changed(daemon, it -> it.child(Optional.empty()));
      step(world, told, new Event.Exited(present, CRASH, false), way);
    }
    boolean over = daemon.child().isEmpty() || (!lives && daemon.exitTold());
    if (daemon.watched() && over) {
      Daemon gone = changed(daemon, it -> it.child(Optional.empty()).watched(false));
      step(world, gone, new Event.TreeGone(present), way);
    }
  }

  private void step(World world, Daemon daemon, Event event, String way) {
    Step step = Supervision.step(daemon.state(), event, policies, 0);
    String words = way + event;
    var next = new Parts(daemon);
    next.state = step.next();
    for (Effect effect : step.effects()) {
      switch (effect) {
        case Effect.Spawn(long generation) -> {
          rule(world.alive().isEmpty(), ONE_LIFE, words);
          next.asked = Optional.of(generation);
          next.child = Optional.empty();
          next.watched = false;
          next.exitTold = false;
        }
        case Effect.AwaitDependencies _ -> next.waits = true;
        case Effect.SignalTree(long _, Signal _) -> next.watched = true;
        case Effect.StartTimer(Timer timer, long _, var _) -> next.timers.add(timer);
        case Effect.CancelTimer(Timer timer) -> next.timers.remove(timer);
        case Effect.SendShutdown _, Effect.RunStopCommand _, Effect.Announce _ -> {}
      }
    }
    if (next.state.generation() != daemon.state().generation()) {
      next.waits &= step.effects().stream().anyMatch(Effect.AwaitDependencies.class::isInstance);
    }
    if (next.state.generation() - world.journal().state().generation() <= FURTHEST_BEHIND) {
      found(new World(world.journal(), Optional.of(next.done()), world.alive()), words);
    }
  }

  private static Daemon changed(Daemon daemon, UnaryOperator<Parts> change) {
    return change.apply(new Parts(daemon)).done();
  }

  /// A mutable copy of a daemon.
  private static final class Parts {
    private Supervised state;
    private Optional<Long> child;
    private final Optional<Long> recorded;
    private final boolean decided;
    private Optional<Long> asked;
    private Optional<Long> made;
    private boolean watched;
    private boolean exitTold;
    private boolean waits;
    private Set<Timer> timers = EnumSet.noneOf(Timer.class);

    Parts(Daemon daemon) {
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

    Parts child(Optional<Long> now) {
      child = now;
      return this;
    }

    Parts asked(Optional<Long> now) {
      asked = now;
      return this;
    }

    Parts made(Optional<Long> now) {
      made = now;
      return this;
    }

    Parts watched(boolean now) {
      watched = now;
      return this;
    }

    Parts exitTold(boolean now) {
      exitTold = now;
      return this;
    }

    Parts waits(boolean now) {
      waits = now;
      return this;
    }

    Parts timers(Set<Timer> now) {
      timers = now;
      return this;
    }

    Daemon done() {
      return new Daemon(
          state, child, recorded, decided, asked, made, watched, exitTold, waits, timers);
    }
  }

  /// Returns the state without the values that would make the number of states infinite.
  private static World normal(World world) {
    long by = BASE - world.journal().state().generation();
    return new World(
        new Journal(
            normal(world.journal().state(), by), world.journal().process().map(it -> it + by)),
        world
            .daemon()
            .map(daemon ->
                new Daemon(
                    normal(daemon.state(), by),
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

  private static Supervised normal(Supervised state, long by) {
    return new Supervised(
        state.desiredState(),
        state.phase(),
        state.startBlocker(),
        state.stopCause(),
        state.signalled(),
        state.generation() + by,
        new Counters(0, Math.min(1, state.unstable()), 0),
        0,
        Optional.empty(),
        "");
  }
}
