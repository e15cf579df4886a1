package io.jpm.os.portable;

import io.jpm.model.process.Exit;
import io.jpm.model.process.ProcessIdentity;
import io.jpm.model.process.Signal;
import io.jpm.os.Child;
import io.jpm.os.ChildWatcher;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ForkJoinPool;
import java.util.function.Consumer;

/// A main process that is controlled through the JDK. Its tree consists of the descendants that
/// have been found so far and are still running.
final class PortableChild implements Child {
  private final ProcessIdentity identity;
  private final ProcessHandle handle;
  private final Optional<Process> process;
  private final ChildWatcher watcher;
  private final Consumer<PortableChild> onEnd;

  /// The descendants found so far. This and all fields below are guarded by `this`.
  private final Set<ProcessHandle> known = new LinkedHashSet<>();

  private Optional<Signal> latest = Optional.empty();
  private boolean exited;
  private boolean exitTold;
  private boolean treeReported;
  private boolean released;

  PortableChild(
      ProcessIdentity identity,
      ProcessHandle handle,
      Optional<Process> process,
      ChildWatcher watcher,
      Consumer<PortableChild> onEnd) {
    this.identity = identity;
    this.handle = handle;
    this.process = process;
    this.watcher = watcher;
    this.onEnd = onEnd;
  }

  void begin() {
    CompletableFuture<?> end =
        process.<CompletableFuture<?>>map(Process::onExit).orElseGet(handle::onExit);
    end.thenRun(this::mainEnded).exceptionally(PortableChild::report);
  }

  @Override
  public ProcessIdentity identity() {
    return identity;
  }

  @Override
  public synchronized boolean hasLeftovers() {
    return exited && known.stream().anyMatch(ProcessHandle::isAlive);
  }

  @Override
  public void signalTree(Signal signal, Runnable sent) {
    ForkJoinPool.commonPool()
        .execute(() -> {
          try {
            sweep(Optional.of(signal));
          } finally {
            sent.run();
          }
        });
  }

  @Override
  public void signalMain(Signal signal) {
    send(handle, signal);
  }

  @Override
  public void release() {
    synchronized (this) {
      released = true;
    }
    onEnd.accept(this);
  }

  private void mainEnded() {
    Exit exit =
        process
            .<Exit>map(ended -> new Exit.Code(ended.exitValue()))
            .orElseGet(() -> new Exit.Unknown("it was not a child of the daemon"));
    boolean tell;
    synchronized (this) {
      tell = !released;
      exited = true;
    }
    onEnd.accept(this);
    if (tell) {
      watcher.exited(exit);
    }
    synchronized (this) {
      exitTold = true; // treeGone must be called after exited
    }
    sweep(Optional.empty());
  }

  /// Finds and signals the members of the tree. Runs again whenever a member exits.
  private void sweep(Optional<Signal> order) {
    List<ProcessHandle> fresh;
    List<ProcessHandle> told;
    Signal signal;
    boolean over;
    synchronized (this) {
      if (order.isPresent()) {
        latest = order;
      }
      if (latest.isEmpty() || released || treeReported) {
        return;
      }
      signal = latest.get();
      fresh = look();
      told = order.isPresent() ? new ArrayList<>(known) : fresh;
      over = known.isEmpty() && exitTold;
      treeReported = over;
    }
    fresh.forEach(this::sweepAfter);
    told.reversed().forEach(member -> send(member, signal));
    if (order.isPresent()) {
      send(handle, signal);
    }
    if (over) {
      watcher.treeGone();
    }
  }

  private void sweepAfter(ProcessHandle member) {
    member.onExit().thenRun(() -> sweep(Optional.empty())).exceptionally(PortableChild::report);
  }

  /// Removes processes that have exited, adds new descendants, and returns the new descendants,
  /// parents first.
  private List<ProcessHandle> look() {
    known.removeIf(process -> !process.isAlive());
    Set<ProcessHandle> found = new LinkedHashSet<>();
    handle.descendants().forEach(found::add);
    known.forEach(process -> process.descendants().forEach(found::add));
    found.removeIf(process -> known.contains(process) || !process.isAlive());
    known.addAll(found);
    return List.copyOf(found);
  }

  /// Sends a signal. Signals that the JDK does not support are sent by the `kill` program. By the
  /// time `kill` runs, another process may have reused the pid. The Linux host does not have this
  /// problem.
  private static void send(ProcessHandle process, Signal signal) {
    if (!process.isAlive()) {
      return;
    }
    if (signal == Signal.SIGKILL) {
      process.destroyForcibly();
    } else if (signal == Signal.SIGTERM) {
      process.destroy();
    } else {
      kill(process, signal);
    }
  }

  private static void kill(ProcessHandle process, Signal signal) {
    try {
      Process killer =
          new ProcessBuilder("kill", "-" + signal.number(), Long.toString(process.pid()))
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      killer.waitFor();
    } catch (IOException noSuchProgram) {
      process.destroy();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static Void report(Throwable fault) {
    Thread thread = Thread.currentThread();
    thread.getUncaughtExceptionHandler().uncaughtException(thread, fault);
    throw new IllegalStateException(fault);
  }
}
