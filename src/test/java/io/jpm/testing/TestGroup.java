package io.jpm.testing;

/// The group of tests that a build runs: the default group on every change, the slow group before a
/// release. `docs/testing.md` says which test belongs where.
///
/// A whole test, or class, joins the slow group by `@Tag("slow")`. A part of a test joins it by
/// [Representatives] or by the methods of this class.
public final class TestGroup {
  /// Set by `mvn verify -Pslow`, and for tests that are named by `-Dtest` or `-Dit.test`.
  private static final boolean SLOW = Boolean.getBoolean("jpm.test.slow");

  private TestGroup() {}

  /// Reports whether the slow group runs.
  public static boolean isSlow() {
    return SLOW;
  }

  /// Returns the number of iterations of a loop, the length of a walk, or the share of its cases to
  /// take.
  ///
  /// @param inDefault the value for the default group
  /// @param inSlow the value for the slow group
  public static int choose(int inDefault, int inSlow) {
    return SLOW ? inSlow : inDefault;
  }
}
