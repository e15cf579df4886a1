package io.jpm.os.linux.keeper;

import io.jpm.os.linux.libc.FdStoreCalls;
import io.jpm.os.linux.libc.Libc;
import io.jpm.os.linux.proc.PidFd;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Stores listening sockets that outlive the daemon, in an [FdStore] held by the keeper.
///
/// At any moment, each socket is stored in at least one of the two directions, because it is put
/// into one before it is taken out of the other. If the daemon is killed in between, the store may
/// contain a socket twice or a socket that was already closed, but no socket is lost. Guarded by
/// [io.jpm.os.linux.socket.LinuxListenSockets].
public final class SocketStore {
  private static final Logger LOG = System.getLogger("jpm.os");

  /// Maximum number of sockets per message, so that their keys fit into the message.
  private static final int MAX_PER_MESSAGE = 32;

  private final FdStore pair = new FdStore();
  private boolean complained;

  /// A socket in the store.
  ///
  /// @param key the key of the socket
  /// @param fd a descriptor that refers to the socket
  public record Entry(String key, int fd) {}

  /// Returns the two ends for a new keeper.
  public int[] ends() {
    return pair.ends();
  }

  /// Adds a socket.
  ///
  /// @param entry the new socket
  /// @param all all open sockets, including the new one
  public void add(Entry entry, List<Entry> all) {
    if (pair.ends().length == 0) {
      warnOnce();
    } else if (pair.put(message(List.of(entry))) < 0) {
      keepOnly(all); // the queue is full: pack the sockets into fewer messages
    }
  }

  /// Replaces the content of the store with `all`.
  public void keepOnly(List<Entry> all) {
    if (!pair.exists()) {
      return;
    }
    for (int i = 0; i < all.size(); i += MAX_PER_MESSAGE) {
      List<Entry> some = all.subList(i, Math.min(i + MAX_PER_MESSAGE, all.size()));
      if (pair.putBack(message(some)) < 0) {
        warnOnce();
        return; // the old entries stay: a duplicate is better than a loss
      }
    }
    while (true) {
      FdStoreCalls.DescriptorMessage old = pair.take();
      if (old.text().isEmpty()) {
        break;
      }
      old.descriptors().forEach(Libc::close);
    }
    pair.swapDirections();
  }

  /// Takes over the store of a keeper that an earlier daemon started. It replaces this store, so
  /// the caller must add its own sockets again.
  ///
  /// @return the stored sockets, which the caller must close and which may include duplicates;
  ///   empty if the store is not accessible
  public Optional<List<Entry>> takeFrom(PidFd keeper) {
    Optional<FdStore> found =
        FdStore.of(keeper, KeeperSpawn.FIRST_SOCKETS_END, KeeperSpawn.SECOND_SOCKETS_END);
    if (found.isEmpty()) {
      return Optional.empty();
    }
    pair.replaceBy(found.get());
    // A daemon that died while it put sockets back has left some in both directions. The first pass
    // moves all of them to the same direction.
    List<Entry> moved = move();
    moved.forEach(entry -> Libc.close(entry.fd()));
    return Optional.of(move());
  }

  private List<Entry> move() {
    List<Entry> all = new ArrayList<>();
    while (true) {
      FdStoreCalls.DescriptorMessage descriptorMessage = pair.peek();
      List<Entry> entries = entries(descriptorMessage);
      if (entries.isEmpty()) {
        break;
      }
      all.addAll(entries);
      if (descriptorMessage.text().lines().count() != entries.size()
          || pair.putBack(descriptorMessage) < 0) {
        // The process has run out of descriptors, so the rest stays where it is.
        warnOnce();
        return all;
      }
      pair.take().descriptors().forEach(Libc::close);
    }
    pair.swapDirections();
    return all;
  }

  private static List<Entry> entries(FdStoreCalls.DescriptorMessage descriptorMessage) {
    List<String> keys = descriptorMessage.text().lines().toList();
    List<Entry> entries = new ArrayList<>();
    for (int i = 0; i < descriptorMessage.descriptors().size(); i++) {
      entries.add(
          new Entry(i < keys.size() ? keys.get(i) : "", descriptorMessage.descriptors().get(i)));
    }
    return entries;
  }

  private static FdStoreCalls.DescriptorMessage message(List<Entry> entries) {
    StringBuilder text = new StringBuilder();
    entries.forEach(entry -> text.append(entry.key()).append('\n'));
    return new FdStoreCalls.DescriptorMessage(
        text.toString(), entries.stream().map(Entry::fd).toList());
  }

  private void warnOnce() {
    if (!complained) {
      complained = true;
      LOG.log(
          Level.WARNING,
          "the keeper cannot store all listening sockets, possibly because of ulimit -n: some of"
              + " them will be closed if the daemon is killed");
    }
  }

  public void close() {
    pair.close();
  }
}
