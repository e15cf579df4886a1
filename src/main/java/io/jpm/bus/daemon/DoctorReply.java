package io.jpm.bus.daemon;

import io.jpm.bus.BusMessage;
import java.util.List;

/// What was found.
///
/// @param findings in the order to print them
public record DoctorReply(List<Finding> findings) implements BusMessage {
  public DoctorReply {
    findings = List.copyOf(findings);
  }

  /// How something is.
  public enum Verdict {
    /// As it shall be.
    OK,
    /// It works, with fewer promises or not for long.
    WARN,
    /// It does not work.
    FAIL
  }

  /// One thing that was looked at.
  ///
  /// @param name what, in a word or two
  /// @param found how it is
  /// @param remedy how to mend it; empty where all is well, or where there is nothing to do
  public record Finding(Verdict verdict, String name, String found, String remedy) {
    /// All is well.
    public static Finding ok(String name, String found) {
      return new Finding(Verdict.OK, name, found, "");
    }

    /// It works less well than it could.
    public static Finding warn(String name, String found, String remedy) {
      return new Finding(Verdict.WARN, name, found, remedy);
    }

    /// It does not work.
    public static Finding fail(String name, String found, String remedy) {
      return new Finding(Verdict.FAIL, name, found, remedy);
    }
  }
}
