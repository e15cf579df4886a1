package io.jpm.os.linux.proc;

import io.jpm.os.SpawnLock;
import io.jpm.os.linux.libc.Libc;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;

/// An rlimit tag: a number derived from the [ProcessTag] of a tree. It is set as the soft limit
/// RLIMIT_LOCKS of the main process, and all its descendants inherit it through fork, exec and
/// `setsid`. Any user may read it, and the kernel has not enforced this limit since Linux 2.4.25.
///
/// The tag in the environment is less durable. It is lost if a program clears its environment or
/// overwrites it with its title, as redis, nginx and PostgreSQL do when they run in the background.
///
/// Bit 62 of the number is set. The lower bits are 38 bits of a hash of the tag without its
/// generation and 24 bits of the generation. An app whose `limits` set `locks` has no rlimit tag.
///
/// @param number the limit; [#NONE] if the tree has no rlimit tag
public record RlimitTag(long number) {
  /// Value for a process without an rlimit tag.
  public static final long NONE = 0;

  private static final int RLIMIT_LOCKS = 10;
  private static final int HASH_BITS = 38;
  private static final int GENERATION_BITS = 24;
  private static final long LAST_GENERATION = (1L << GENERATION_BITS) - 1;

  /// Returns the rlimit tag derived from `tag`.
  public static RlimitTag of(String tag) {
    int colon = tag.lastIndexOf(':');
    long generation = ProcessTag.generation(tag.substring(colon + 1)).orElse(0);
    String instance = colon < 0 ? tag : tag.substring(0, colon);
    long upper = (hash(instance) >>> (64 - HASH_BITS)) << GENERATION_BITS;
    return new RlimitTag((1L << 62) | upper | Math.min(generation, LAST_GENERATION));
  }

  /// FNV-1a with the final mixing step of MurmurHash3, so that each byte also affects the upper
  /// bits.
  private static long hash(String text) {
    long hash = 0xcbf29ce484222325L;
    for (byte one : text.getBytes(StandardCharsets.UTF_8)) {
      hash = (hash ^ (one & 0xff)) * 0x100000001b3L;
    }
    hash = (hash ^ (hash >>> 33)) * 0xff51afd7ed558ccdL;
    hash = (hash ^ (hash >>> 33)) * 0xc4ceb9fe1a85ec53L;
    return hash ^ (hash >>> 33);
  }

  /// Reports whether a process with the rlimit tag `other` belongs to this tree, according to the
  /// same rule as [ProcessTag#owns].
  public boolean owns(long other) {
    return isRlimitTag(other)
        && (other >>> GENERATION_BITS) == (number >>> GENERATION_BITS)
        && (other & LAST_GENERATION) <= (number & LAST_GENERATION);
  }

  private static boolean isRlimitTag(long limit) {
    return (limit >>> 62) == 1;
  }

  /// Runs `work`, which creates a process that has this rlimit tag from its first instruction. The
  /// process inherits the tag, which becomes the daemon's own soft limit while `work` runs. Must be
  /// called within [SpawnLock#runExclusively].
  ///
  /// @return the result of `work`
  public int applyDuring(SpawnLock.Work<Integer> work) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment pair = arena.allocate(ValueLayout.JAVA_LONG, 2);
      Libc.processLimit(0, RLIMIT_LOCKS, MemorySegment.NULL, pair);
      long own = pair.getAtIndex(ValueLayout.JAVA_LONG, 0);
      pair.setAtIndex(ValueLayout.JAVA_LONG, 0, number);
      // Fails if the hard limit is lower. In this case the process has no rlimit tag.
      Libc.processLimit(0, RLIMIT_LOCKS, pair, MemorySegment.NULL);
      try {
        return work.run();
      } finally {
        pair.setAtIndex(ValueLayout.JAVA_LONG, 0, own);
        Libc.processLimit(0, RLIMIT_LOCKS, pair, MemorySegment.NULL);
      }
    }
  }

  /// Returns the rlimit tag of a process; [#NONE] if it has none, has exited, or cannot be
  /// inspected.
  public static long of(int pid, ProcReader reader) {
    long limit = reader.softLimit(pid, RLIMIT_LOCKS, "Max file locks");
    return isRlimitTag(limit) ? limit : NONE;
  }

  /// Removes the rlimit tag of the daemon itself. A daemon that was started by an app does not
  /// belong to the tree of that app, and neither do the children of the daemon.
  public static void clearOwn() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment pair = arena.allocate(ValueLayout.JAVA_LONG, 2);
      Libc.processLimit(0, RLIMIT_LOCKS, MemorySegment.NULL, pair);
      if (isRlimitTag(pair.getAtIndex(ValueLayout.JAVA_LONG, 0))) {
        pair.setAtIndex(ValueLayout.JAVA_LONG, 0, pair.getAtIndex(ValueLayout.JAVA_LONG, 1));
        Libc.processLimit(0, RLIMIT_LOCKS, pair, MemorySegment.NULL);
      }
    }
  }
}
