package io.jpm.bus.daemon;

import io.jpm.bus.BusMessage;
import java.util.List;

/// The findings of a diagnosis.
///
/// @param findings the findings, in the order in which they are printed
public record DoctorReply(List<Finding> findings) implements BusMessage {
  public DoctorReply {
    findings = List.copyOf(findings);
  }

  /// The severity of a finding.
  public enum Verdict {
    /// No problem was found.
    OK,
    /// The subject works, but with restrictions or only for a limited time.
    WARN,
    /// The subject does not work.
    FAIL
  }

  /// The result of one check.
  ///
  /// @param verdict the severity
  /// @param name the subject of the check, in one or two words
  /// @param found the result
  /// @param remedy how to fix it; empty if there is no problem or nothing can be done
  public record Finding(Verdict verdict, String name, String found, String remedy) {
    /// Creates a finding that reports no problem.
    public static Finding ok(String name, String found) {
      return new Finding(Verdict.OK, name, found, "");
    }

    /// Creates a finding about something that works with restrictions.
    public static Finding warn(String name, String found, String remedy) {
      return new Finding(Verdict.WARN, name, found, remedy);
    }

    /// Creates a finding about something that does not work.
    public static Finding fail(String name, String found, String remedy) {
      return new Finding(Verdict.FAIL, name, found, remedy);
    }
  }
}
