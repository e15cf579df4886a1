package io.jpm.os.linux.keeper;

import io.jpm.model.run.Exit;
import io.jpm.model.run.ProcessIdentity;
import io.jpm.os.linux.libc.FdStoreCalls;
import io.jpm.os.linux.libc.KeeperCalls;
import io.jpm.os.linux.libc.Libc;
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

/// Holds on processes (pidfds) that outlive the daemon, so that the next one can ask how they
/// ended.
///
/// They lie in a [FdStore] of the keeper. Whatever is looked through comes out of one direction,
/// and what is to stay goes into the other, so nothing is read twice.
public final class ExitStore {
  private static final Logger LOG = System.getLogger("jpm.os");

  private static final int SPARE = 64;
  private static final int MOST_KNOWN = 4096;
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(2);

  private final boolean usable = ExitQuery.isKnown();

  private final FdStore pair = new FdStore();
  private int inside;
  private int living;
  private boolean complained;

  /// How many more may be refused before it is worth while to look again who has gone.
  private int refusals;

  private long patienceEnds;

  /// Whether the ends that this daemon was asked for at its boot are on record. Until then the
  /// holds on the dead stay: should the daemon be killed, the next one has to ask again.
  private boolean settled;

  /// Ends that are known, the oldest go first: an app that crashes on and on must not fill this.
  private final Map<ProcessIdentity, Exit> ended = new LinkedHashMap<>();

  /// One process in the store.
  ///
  /// @param process who it is
  /// @param pidFd the hold on it
  private record Entry(ProcessIdentity process, int pidFd) {}

  /// The two ends for a new keeper, made when first asked for; nothing where the kernel would not
  /// answer anyway.
  public synchronized int[] ends() {
    return usable ? pair.ends() : new int[0];
  }

  /// Takes the store over from a keeper that a former daemon has started.
  ///
  /// @return whether it can be had: not where the kernel does not answer, and not where Yama
  ///   forbids it, `ptrace(2)`
  public synchronized boolean takeFrom(PidFd keeper) {
    if (!usable || pair.isThere()) {
      return usable;
    }
    Optional<FdStore> found = FdStore.of(keeper, KeeperSpawn.FIRST_END, KeeperSpawn.SECOND_END);
    if (found.isEmpty()) {
      return false;
    }
    pair.become(found.get());
    // A daemon that died while it looked through has left something in both directions.
    lookThrough(Optional.empty());
    lookThrough(Optional.empty());
    return true;
  }

  /// Puts a live process in.
  public synchronized void remember(ProcessIdentity process) {
    if (!pair.isThere()) {
      return;
    }
    int pidFd = Libc.pidfdOpen(process.pid());
    // Only now: what the descriptor holds is what has this start time.
    if (pidFd < 0 || ProcReader.find(process).isEmpty()) {
      Libc.close(pidFd);
      return;
    }
    if (inside > 2 * living + SPARE) {
      lookThrough(Optional.empty());
    }
    List<Entry> one = List.of(new Entry(process, pidFd));
    if (!put(one, false)) {
      // Too many messages or, for an ordinary user, descriptors: together they take less room.
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

  /// How a process ended that was remembered; empty where that is not known. When it has ended just
  /// now and nobody has taken its status yet, waits for that: two seconds at most for all processes
  /// together.
  public Optional<Exit> exitOf(ProcessIdentity process) {
    Optional<Entry> unfinished;
    synchronized (this) {
      Exit known = ended.get(process);
      if (known != null || !pair.isThere()) {
        return Optional.ofNullable(known);
      }
      unfinished = lookThrough(Optional.of(process));
      known = ended.get(process);
      if (known != null || unfinished.isEmpty()) {
        return Optional.ofNullable(known);
      }
    }
    int pidFd = unfinished.get().pidFd();
    KeeperCalls.poll(new int[] {pidFd}, 0, patience());
    Optional<Exit> exit = ExitQuery.of(pidFd);
    synchronized (this) {
      if (settled) {
        Libc.close(pidFd);
      } else {
        putBack(new ArrayList<>(List.of(unfinished.get())));
      }
    }
    return exit;
  }

  /// What was asked for at boot is on record: the holds on the dead go.
  public synchronized void settle() {
    settled = true;
    if (pair.isThere()) {
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

  /// Takes everything out, notes how the dead ended, and puts the others back on the other side.
  ///
  /// @param wanted a process that, dead without a known status, is not to be put back
  /// @return the hold on `wanted`, if that was the case
  private Optional<Entry> lookThrough(Optional<ProcessIdentity> wanted) {
    Optional<Entry> found = Optional.empty();
    List<Entry> stay = new ArrayList<>();
    inside = 0;
    for (List<Entry> batch = take(); !batch.isEmpty(); batch = take()) {
      int[] states =
          KeeperCalls.poll(batch.stream().mapToInt(Entry::pidFd).toArray(), KeeperCalls.POLLIN, 0);
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
    pair.turn();
    living = inside;
    return found;
  }

  /// Of one that is dead.
  private boolean isToStay(Entry entry, int state) {
    return isUnknown(entry) ? (state & KeeperCalls.POLLHUP) == 0 : !settled;
  }

  private boolean isUnknown(Entry entry) {
    Optional<Exit> exit = ExitQuery.of(entry.pidFd);
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
          "no more processes can be remembered (ulimit -n): how some end while no daemon runs will not be known");
    }
  }

  private boolean put(List<Entry> entries, boolean back) {
    StringBuilder text = new StringBuilder();
    for (Entry entry : entries) {
      ProcessIdentity process = entry.process;
      text.append(process.bootId()).append(' ').append(process.pid());
      text.append(' ').append(process.startTime()).append('\n');
    }
    var parcel =
        new FdStoreCalls.Parcel(text.toString(), entries.stream().map(Entry::pidFd).toList());
    if ((back ? pair.putBack(parcel) : pair.put(parcel)) < 0) {
      return false;
    }
    inside += entries.size();
    return true;
  }

  /// One message; empty when there is no more, since none is sent empty.
  private List<Entry> take() {
    FdStoreCalls.Parcel parcel = pair.take();
    String[] lines = parcel.text().split("\n", -1);
    List<Entry> entries = new ArrayList<>();
    for (int i = 0; i < parcel.descriptors().size(); i++) {
      String[] words = lines[i].split(" ", -1);
      entries.add(
          new Entry(
              new ProcessIdentity(words[0], Integer.parseInt(words[1]), Long.parseLong(words[2])),
              parcel.descriptors().get(i)));
    }
    return entries;
  }

  /// Lets go of the ends; the keeper has its own.
  public synchronized void close() {
    pair.close();
  }
}
