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

/// Stores pidfds that outlive the daemon, so that the next daemon can read how processes ended.
///
/// The keeper holds them in an [FdStore]. Inspected entries are taken out of one direction and
/// those that must stay are put into the other, so that no entry is read twice.
public final class ExitStore {
  private static final Logger LOG = System.getLogger("jpm.os");

  private static final int SPARE = 64;
  private static final int MOST_KNOWN = 4096;
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(2);

  private final boolean usable = ExitQuery.isSupported();

  private final FdStore pair = new FdStore();
  private int inside;
  private int living;
  private boolean complained;

  /// How many more entries may be refused before the store is searched again for dead processes.
  private int refusals;

  private long patienceEnds;

  /// Whether the exits that this daemon read at boot have been recorded. Until then the pidfds of
  /// dead processes stay in the store, because the next daemon must read them again if this one is
  /// killed.
  private boolean settled;

  /// Known exits. The oldest are dropped, so that an app that keeps crashing cannot fill the
  /// memory.
  private final Map<ProcessIdentity, Exit> ended = new LinkedHashMap<>();

  /// A process in the store and its pidfd.
  private record Entry(ProcessIdentity process, int pidFd) {}

  /// Returns the two ends for a new keeper, created on first use; empty if the kernel could not
  /// answer anyway.
  public synchronized int[] ends() {
    return usable ? pair.ends() : new int[0];
  }

  /// Takes the store over from a keeper that an earlier daemon started.
  ///
  /// @return whether it was taken over; false if the kernel cannot report exits, or if Yama forbids
  ///   the access, `ptrace(2)`
  public synchronized boolean takeFrom(PidFd keeper) {
    if (!usable || pair.exists()) {
      return usable;
    }
    Optional<FdStore> found = FdStore.of(keeper, KeeperSpawn.FIRST_END, KeeperSpawn.SECOND_END);
    if (found.isEmpty()) {
      return false;
    }
    pair.replaceBy(found.get());
    // A daemon that died while it inspected the store has left entries in both directions.
    lookThrough(Optional.empty());
    lookThrough(Optional.empty());
    return true;
  }

  /// Stores the pidfd of a live process.
  public synchronized void add(ProcessIdentity process) {
    if (!pair.exists()) {
      return;
    }
    int pidFd = Libc.pidfdOpen(process.pid());
    // Checked after the pidfd is open: only then is the process that it refers to known to be the
    // one with this start time.
    if (pidFd < 0 || ProcReader.find(process).isEmpty()) {
      Libc.close(pidFd);
      return;
    }
    if (inside > 2 * living + SPARE) {
      lookThrough(Optional.empty());
    }
    List<Entry> one = List.of(new Entry(process, pidFd));
    if (!put(one, false)) {
      // There are too many messages or, for an ordinary user, too many descriptors. Inspecting the
      // store removes dead processes and packs the others into fewer messages.
      if (refusals > 0) {
        refusals--;
      } else {
        lookThrough(Optional.empty());
        if (!put(one, false)) {
          refusals = SPARE;
          complain();
        }
      }
    }
    Libc.close(pidFd);
  }

  /// Returns how a stored process ended; empty if that is unknown. If it has ended but has not been
  /// reaped yet, waits for that, at most two seconds for all processes together.
  public Optional<Exit> exitOf(ProcessIdentity process) {
    Optional<Entry> unfinished;
    synchronized (this) {
      Exit known = ended.get(process);
      if (known != null || !pair.exists()) {
        return Optional.ofNullable(known);
      }
      unfinished = lookThrough(Optional.of(process));
      known = ended.get(process);
      if (known != null || unfinished.isEmpty()) {
        return Optional.ofNullable(known);
      }
    }
    int pidFd = unfinished.get().pidFd();
    PollCalls.poll(new int[] {pidFd}, 0, patience());
    Optional<Exit> exit = ExitQuery.read(pidFd);
    synchronized (this) {
      if (settled) {
        Libc.close(pidFd);
      } else {
        putBack(new ArrayList<>(List.of(unfinished.get())));
      }
    }
    return exit;
  }

  /// Called when the exits that were read at boot have been recorded. Removes the pidfds of dead
  /// processes.
  public synchronized void releaseDead() {
    settled = true;
    if (pair.exists()) {
      lookThrough(Optional.empty());
    }
  }

  private synchronized int patience() {
    long now = System.nanoTime();
    if (patienceEnds == 0) {
      patienceEnds = now + PATIENCE_NANOS;
    }
    return (int) TimeUnit.NANOSECONDS.toMillis(Math.max(0, patienceEnds - now));
  }

  /// Takes all entries out, notes how dead processes ended, and puts the others into the other
  /// direction.
  ///
  /// @param wanted a process that is not put back if it is dead and its exit is still unknown
  /// @return the entry of `wanted` in that case
  private Optional<Entry> lookThrough(Optional<ProcessIdentity> wanted) {
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
        } else if (states[i] == 0 || isToStay(entry, states[i])) {
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

  /// Reports whether the entry of a dead process must stay: its exit may still become known, or the
  /// exit is known but not recorded yet.
  private boolean isToStay(Entry entry, int state) {
    return isUnknown(entry) ? (state & PollCalls.POLLHUP) == 0 : !settled;
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
      complain();
    }
    entries.forEach(entry -> Libc.close(entry.pidFd));
    entries.clear();
  }

  private void complain() {
    if (!complained) {
      complained = true;
      LOG.log(
          Level.WARNING,
          "no more processes can be recorded (ulimit -n): how some end while no daemon runs will not be known");
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

  /// Takes out one message; empty if there is none, because no message is sent empty.
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

  /// Closes the daemon's copies of the ends; the keeper has its own.
  public synchronized void close() {
    pair.close();
  }
}
