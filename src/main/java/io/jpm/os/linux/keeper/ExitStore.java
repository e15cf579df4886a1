package io.jpm.os.linux.keeper;

import io.jpm.model.process.Exit;
import io.jpm.model.process.ProcessIdentity;
import io.jpm.os.linux.libc.FdStoreCalls;
import io.jpm.os.linux.libc.Libc;
import io.jpm.os.linux.libc.PollCalls;
import io.jpm.os.linux.proc.ExitQuery;
import io.jpm.os.linux.proc.PidFd;
import io.jpm.os.linux.proc.ProcReader;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// Stores pidfds that outlive the daemon, so that the next daemon can read how the processes
/// exited.
///
/// The keeper holds the pidfds in an [FdStore], which has two directions. An inspection takes all
/// entries out of one direction and puts the entries to keep into the other, so that no entry is
/// read twice.
public final class ExitStore {
  private static final Logger LOG = System.getLogger("jpm.os");

  private static final int SPARE = 64;
  private static final int MOST_KNOWN = 4096;
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(2);

  private final boolean usable = ExitQuery.isSupported();

  private final FdStore pair = new FdStore();
  private int inside;
  private int living;
  private boolean warned;

  /// How many more entries may be dropped because the store is full, before it is searched for dead
  /// processes again.
  private int refusals;

  private long patienceEnds;

  /// Whether the exits that this daemon read at startup have been recorded. Until then the pidfds
  /// of dead processes stay in the store. If this daemon were killed, the next one would have to
  /// read them again.
  private boolean exitsRecorded;

  /// The known exits. The oldest ones are dropped so that an app that keeps crashing cannot exhaust
  /// the daemon's memory.
  private final Map<ProcessIdentity, Exit> ended = new LinkedHashMap<>();

  /// A process in the store and its pidfd.
  private record Entry(ProcessIdentity process, int pidFd) {}

  /// Returns the two ends for a new keeper, which are created on first use. Empty if the kernel
  /// does not support querying exits.
  public synchronized int[] ends() {
    return usable ? pair.ends() : new int[0];
  }

  /// Takes over the store from a keeper that an earlier daemon started.
  ///
  /// @return whether it was taken over; false if the kernel cannot report exits or Yama denies
  ///   access (`ptrace(2)`)
  public synchronized boolean takeFrom(PidFd keeper) {
    if (!usable || pair.exists()) {
      return usable;
    }
    Optional<FdStore> found = FdStore.of(keeper, KeeperSpawn.FIRST_END, KeeperSpawn.SECOND_END);
    if (found.isEmpty()) {
      return false;
    }
    pair.replaceBy(found.get());
    // Two passes, because a daemon that died during an inspection has left entries in both
    // directions.
    inspect(Optional.empty());
    inspect(Optional.empty());
    return true;
  }

  /// Stores the pidfd of a live process.
  public synchronized void add(ProcessIdentity process) {
    if (!pair.exists()) {
      return;
    }
    int pidFd = Libc.pidfdOpen(process.pid());
    // Must be checked after the pidfd was opened. Only then does the start time prove that the
    // pidfd refers to this process.
    if (pidFd < 0 || ProcReader.find(process).isEmpty()) {
      Libc.close(pidFd);
      return;
    }
    if (inside > 2 * living + SPARE) {
      inspect(Optional.empty());
    }
    List<Entry> one = List.of(new Entry(process, pidFd));
    if (!put(one, false)) {
      // The queue contains too many messages or, for an unprivileged user, too many descriptors. An
      // inspection removes dead processes and packs the others into fewer messages.
      if (refusals > 0) {
        refusals--;
      } else {
        inspect(Optional.empty());
        if (!put(one, false)) {
          refusals = SPARE;
          warnOnce();
        }
      }
    }
    Libc.close(pidFd);
  }

  /// Returns how a stored process exited; empty if this is unknown. If the process has exited but
  /// has not been reaped yet, waits for it to be reaped, at most two seconds in total for all
  /// processes.
  public Optional<Exit> exitOf(ProcessIdentity process) {
    Optional<Entry> unfinished;
    synchronized (this) {
      Exit known = ended.get(process);
      if (known != null || !pair.exists()) {
        return Optional.ofNullable(known);
      }
      unfinished = inspect(Optional.of(process));
      known = ended.get(process);
      if (known != null || unfinished.isEmpty()) {
        return Optional.ofNullable(known);
      }
    }
    int pidFd = unfinished.get().pidFd();
    PollCalls.poll(new int[] {pidFd}, 0, patience());
    Optional<Exit> exit = ExitQuery.read(pidFd);
    synchronized (this) {
      if (exitsRecorded) {
        Libc.close(pidFd);
      } else {
        putBack(new ArrayList<>(List.of(unfinished.get())));
      }
    }
    return exit;
  }

  /// Removes the pidfds of dead processes. Called when the exits that were read at startup have
  /// been recorded.
  public synchronized void releaseDead() {
    exitsRecorded = true;
    if (pair.exists()) {
      inspect(Optional.empty());
    }
  }

  private synchronized int patience() {
    long now = System.nanoTime();
    if (patienceEnds == 0) {
      patienceEnds = now + PATIENCE_NANOS;
    }
    return (int) TimeUnit.NANOSECONDS.toMillis(Math.max(0, patienceEnds - now));
  }

  /// Takes out all entries, records how dead processes exited, and puts the remaining entries into
  /// the other direction.
  ///
  /// @param wanted a process whose entry is not put back if the process is dead and its exit is
  ///   still unknown
  /// @return the entry of `wanted` if it was not put back, otherwise empty
  private Optional<Entry> inspect(Optional<ProcessIdentity> wanted) {
    Optional<Entry> found = Optional.empty();
    List<Entry> stay = new ArrayList<>();
    inside = 0;
    for (List<Entry> batch = take(); !batch.isEmpty(); batch = take()) {
      int[] states =
          PollCalls.poll(batch.stream().mapToInt(Entry::pidFd).toArray(), PollCalls.POLLIN, 0);
      for (int i = 0; i < states.length; i++) {
        Entry entry = batch.get(i);
        if (states[i] != 0 && wanted.equals(Optional.of(entry.process)) && isUnknown(entry)) {
          found = Optional.of(entry);
        } else if (states[i] == 0 || mustKeep(entry, states[i])) {
          stay.add(entry);
        } else {
          Libc.close(entry.pidFd);
        }
      }
      while (stay.size() >= FdStoreCalls.MOST_DESCRIPTORS) {
        putBack(stay.subList(0, FdStoreCalls.MOST_DESCRIPTORS));
      }
    }
    putBack(stay);
    pair.swapDirections();
    living = inside;
    return found;
  }

  /// Reports whether the entry of a dead process must stay, either because its exit may still
  /// become known or because the known exit has not been recorded yet.
  private boolean mustKeep(Entry entry, int state) {
    return isUnknown(entry) ? (state & PollCalls.POLLHUP) == 0 : !exitsRecorded;
  }

  private boolean isUnknown(Entry entry) {
    Optional<Exit> exit = ExitQuery.read(entry.pidFd);
    exit.ifPresent(how -> {
      ended.put(entry.process, how);
      if (ended.size() > MOST_KNOWN) {
        ended.remove(ended.keySet().iterator().next());
      }
    });
    return exit.isEmpty();
  }

  private void putBack(List<Entry> entries) {
    if (!entries.isEmpty() && !put(entries, true)) {
      warnOnce();
    }
    entries.forEach(entry -> Libc.close(entry.pidFd));
    entries.clear();
  }

  private void warnOnce() {
    if (!warned) {
      warned = true;
      LOG.log(
          Level.WARNING,
          "the keeper cannot store more processes, possibly because of ulimit -n: if some of them"
              + " exit while no daemon is running, the next daemon will not know how");
    }
  }

  private boolean put(List<Entry> entries, boolean back) {
    StringBuilder text = new StringBuilder();
    for (Entry entry : entries) {
      ProcessIdentity process = entry.process;
      text.append(process.bootId()).append(' ').append(process.pid());
      text.append(' ').append(process.startTime()).append('\n');
    }
    var descriptorMessage =
        new FdStoreCalls.DescriptorMessage(
            text.toString(), entries.stream().map(Entry::pidFd).toList());
    if ((back ? pair.putBack(descriptorMessage) : pair.put(descriptorMessage)) < 0) {
      return false;
    }
    inside += entries.size();
    return true;
  }

  /// Takes out one message. An empty list means that there is none, because every message contains
  /// at least one entry.
  private List<Entry> take() {
    FdStoreCalls.DescriptorMessage descriptorMessage = pair.take();
    String[] lines = descriptorMessage.text().split("\n", -1);
    List<Entry> entries = new ArrayList<>();
    for (int i = 0; i < descriptorMessage.descriptors().size(); i++) {
      String[] words = lines[i].split(" ", -1);
      entries.add(
          new Entry(
              new ProcessIdentity(words[0], Integer.parseInt(words[1]), Long.parseLong(words[2])),
              descriptorMessage.descriptors().get(i)));
    }
    return entries;
  }

  /// Closes the daemon's copies of the ends; the keeper has its own copies.
  public synchronized void close() {
    pair.close();
  }
}
