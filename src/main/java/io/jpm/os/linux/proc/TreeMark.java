package io.jpm.os.linux.proc;

import io.jpm.os.Forking;
import io.jpm.os.linux.libc.Libc;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;

/// The mark on a tree that a program does not lose: a number made of its [Tag], which is the soft
/// limit RLIMIT_LOCKS of the main process and of all that it forks. The kernel has not enforced
/// that limit since Linux 2.4.25, children inherit it through fork, exec and `setsid`, and anybody
/// may read it. The tag in the environment is lost where a program clears its environment or writes
/// its title over it (redis, nginx and PostgreSQL do so when they have put themselves into the
/// background).
///
/// The number has bit 62 set, 38 bits of a hash of the tag without its generation, and 24 bits of
/// the generation. A process whose limits the app's user has set has none.
///
/// @param number the limit, [#NONE] when a tree cannot be marked
public record TreeMark(long number) {
  /// What a process without a mark has.
  public static final long NONE = 0;

  private static final int RLIMIT_LOCKS = 10;
  private static final int HASH_BITS = 38;
  private static final int GENERATION_BITS = 24;
  private static final long LAST_GENERATION = (1L << GENERATION_BITS) - 1;

  /// The mark that belongs to `tag`.
  public static TreeMark of(String tag) {
    int colon = tag.lastIndexOf(':');
    long generation = Tag.generation(tag.substring(colon + 1)).orElse(0);
    String instance = colon < 0 ? tag : tag.substring(0, colon);
    long upper = (hash(instance) >>> (64 - HASH_BITS)) << GENERATION_BITS;
    return new TreeMark((1L << 62) | upper | Math.min(generation, LAST_GENERATION));
  }

  /// FNV-1a, and the last step of MurmurHash3, by which each byte changes the upper bits too.
  private static long hash(String text) {
    long hash = 0xcbf29ce484222325L;
    for (byte one : text.getBytes(StandardCharsets.UTF_8)) {
      hash = (hash ^ (one & 0xff)) * 0x100000001b3L;
    }
    hash = (hash ^ (hash >>> 33)) * 0xff51afd7ed558ccdL;
    hash = (hash ^ (hash >>> 33)) * 0xc4ceb9fe1a85ec53L;
    return hash ^ (hash >>> 33);
  }

  /// Whether a process with `other` as its mark is of this tree, by the rule of [Tag#owns].
  public boolean owns(long other) {
    return isMark(other)
        && (other >>> GENERATION_BITS) == (number >>> GENERATION_BITS)
        && (other & LAST_GENERATION) <= (number & LAST_GENERATION);
  }

  private static boolean isMark(long limit) {
    return (limit >>> 62) == 1;
  }

  /// Makes a process that has this mark from its first instruction: for that time it is the
  /// daemon's own soft limit. To be called in [Forking#alone] only.
  ///
  /// @return what `work` returns
  public int during(Forking.Work<Integer> work) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment pair = arena.allocate(ValueLayout.JAVA_LONG, 2);
      Libc.processLimit(0, RLIMIT_LOCKS, MemorySegment.NULL, pair);
      long own = pair.getAtIndex(ValueLayout.JAVA_LONG, 0);
      pair.setAtIndex(ValueLayout.JAVA_LONG, 0, number);
      // Refused where the hard limit is lower: then there is no mark.
      Libc.processLimit(0, RLIMIT_LOCKS, pair, MemorySegment.NULL);
      try {
        return work.run();
      } finally {
        pair.setAtIndex(ValueLayout.JAVA_LONG, 0, own);
        Libc.processLimit(0, RLIMIT_LOCKS, pair, MemorySegment.NULL);
      }
    }
  }

  /// The mark of a process, [#NONE] when it has none, is gone or does not let us read.
  public static long of(int pid, ProcReader reader) {
    long limit = reader.softLimit(pid, RLIMIT_LOCKS, "Max file locks");
    return isMark(limit) ? limit : NONE;
  }

  /// A daemon that an app has started is no part of the tree of that app, nor are its children.
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
