package io.jpm.triggers;

/// How much memory may go into what is known of watched files, for one app and for all together. A
/// directory with a million files must not take the memory that the other apps are supervised with.
/// Owned by the thread of [FileWatch].
final class WatchBudget {
  private static final int PART_OF_HEAP = 4;
  private static final int MOST_APPS = 2;

  private static final long FREE = 128 << 10;

  private final long each;
  private final long free;
  private long left;

  /// @param all bytes for all apps
  /// @param each bytes for one app
  /// @param free bytes that each app has beside that, whatever the others have
  WatchBudget(long all, long each, long free) {
    this.left = all;
    this.each = each;
    this.free = free;
  }

  /// A quarter of the heap, and half of that for one app: to look at everything again takes as much
  /// as one app has, once more. Some hundreds of files can always be watched.
  static WatchBudget ofHeap() {
    long all = Runtime.getRuntime().maxMemory() / PART_OF_HEAP;
    return new WatchBudget(all, all / MOST_APPS, FREE);
  }

  /// The part of one more app.
  Share share() {
    return new Share();
  }

  /// What one app takes.
  final class Share {
    private long taken;

    /// Whether there was that much left; if not, nothing is taken.
    boolean take(long bytes) {
      long common = common(taken + bytes) - common(taken);
      if (common > left || common(taken + bytes) > each) {
        return false;
      }
      taken += bytes;
      left -= common;
      return true;
    }

    void giveBack(long bytes) {
      left += common(taken) - common(taken - bytes);
      taken -= bytes;
    }

    /// What of so many bytes is of the common memory.
    private long common(long bytes) {
      return Math.max(0, bytes - free);
    }

    /// What is in the way: this app's part, or that of all apps.
    boolean isOwnUsedUp() {
      return each - common(taken) <= left;
    }
  }
}
