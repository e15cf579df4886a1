package io.jpm.os.linux.proc;

import io.jpm.os.SpawnLock;
import io.jpm.os.linux.libc.Libc;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;

/// An rlimit tag: a number derived from the [ProcessTag] of a tree, which is set as the soft limit
/// RLIMIT_LOCKS of the main process and inherited by all its descendants. The kernel has not
/// enforced this limit since Linux 2.4.25. Children inherit it through fork, exec and `setsid`, and
/// any user may read it. In contrast, the tag in the environment is lost if a program clears its
/// environment or overwrites it with its title, as redis, nginx and PostgreSQL do when they run in
/// the background.
///
/// The number has bit 62 set, 38 bits of a hash of the tag without its generation, and 24 bits of
/// the generation. An app whose `limits` set `locks` has no rlimit tag.
///
/// @param number the limit, [#NONE] if a tree has no rlimit tag
public record RlimitTag(long number) {
  /// Value for a process without an rlimit tag.
  public static final long NONE = 0;

  private static final int RLIMIT_LOCKS = 10;
  private static final int HASH_BITS = 38;
  private static final int GENERATION_BITS = 24;
  private static final long LAST_GENERATION = (1L << GENERATION_BITS) - 1;

  /// Returns the rlimit tag that belongs to `tag`.
  public static RlimitTag of(String tag) {
    int colon = tag.lastIndexOf(':');
    long generation = ProcessTag.generation(tag.substring(colon + 1)).orElse(0);
    String instance = colon < 0 ? tag : tag.substring(0, colon);
    long upper = (hash(instance) >>> (64 - HASH_BITS)) << GENERATION_BITS;
    return new RlimitTag((1L << 62) | upper | Math.min(generation, LAST_GENERATION));
  }

  /// FNV-1a with the final mixing step of MurmurHash3, so that each byte affects the upper bits
  /// too.
  private static long hash(String text) {
    long hash = 0xcbf29ce484222325L;
    for (byte one : text.getBytes(StandardCharsets.UTF_8)) {
      hash = (hash ^ (one & 0xff)) * 0x100000001b3L;
    }
    hash = (hash ^ (hash >>> 33)) * 0xff51afd7ed558ccdL;
    hash = (hash ^ (hash >>> 33)) * 0xc4ceb9fe1a85ec53L;
    return hash ^ (hash >>> 33);
  }

  /// Reports whether a process with the rlimit tag `other` belongs to this tree, by the rule of
  /// [ProcessTag#owns].
  public boolean owns(long other) {
    return isMark(other)
        && (other >>> GENERATION_BITS) == (number >>> GENERATION_BITS)
        && (other & LAST_GENERATION) <= (number & LAST_GENERATION);
  }

  private static boolean isMark(long limit) {
    return (limit >>> 62) == 1;
  }

  /// Creates a process that has this rlimit tag from its first instruction: while `work` runs, the
  /// number is the daemon's own soft limit. Must be called within [SpawnLock#runExclusively].
  ///
  /// @return the result of `work`
  public int applyDuring(SpawnLock.Work<Integer> work) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment pair = arena.allocate(ValueLayout.JAVA_LONG, 2);
      Libc.processLimit(0, RLIMIT_LOCKS, MemorySegment.NULL, pair);
      long own = pair.getAtIndex(ValueLayout.JAVA_LONG, 0);
      pair.setAtIndex(ValueLayout.JAVA_LONG, 0, number);
      // Fails if the hard limit is lower; then the process has no rlimit tag.
      Libc.processLimit(0, RLIMIT_LOCKS, pair, MemorySegment.NULL);
      try {
        return work.run();
      } finally {
        pair.setAtIndex(ValueLayout.JAVA_LONG, 0, own);
        Libc.processLimit(0, RLIMIT_LOCKS, pair, MemorySegment.NULL);
      }
    }
  }

  /// Returns the rlimit tag of a process; [#NONE] if it has none, has ended, or cannot be read.
  public static long of(int pid, ProcReader reader) {
    long limit = reader.softLimit(pid, RLIMIT_LOCKS, "Max file locks");
    return isMark(limit) ? limit : NONE;
  }

  /// Removes the rlimit tag of the daemon itself. A daemon that was started by an app does not
  /// belong to the tree of that app, and neither do its children.
  public static void clearOwn() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment pair = arena.allocate(ValueLayout.JAVA_LONG, 2);
      Libc.processLimit(0, RLIMIT_LOCKS, MemorySegment.NULL, pair);
      if (isMark(pair.getAtIndex(ValueLayout.JAVA_LONG, 0))) {
        pair.setAtIndex(ValueLayout.JAVA_LONG, 0, pair.getAtIndex(ValueLayout.JAVA_LONG, 1));
        Libc.processLimit(0, RLIMIT_LOCKS, pair, MemorySegment.NULL);
      }
    }
  }
}
