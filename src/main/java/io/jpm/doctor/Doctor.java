package io.jpm.doctor;

import io.jpm.bus.daemon.DoctorReply.Finding;
import java.util.ArrayList;
import java.util.List;

/// Judges facts: the same facts, the same findings.
final class Doctor {
  private Doctor() {}

  /// Everything that was looked at, with how to mend what is not well.
  static List<Finding> findings(SystemReport systemReport) {
    List<Finding> findings = new ArrayList<>();
    SystemFindings.add(systemReport, findings);
    HomeFindings.add(systemReport, findings);
    DaemonFindings.add(systemReport, findings);
    return List.copyOf(findings);
  }

  /// `512 MiB`, `12 GiB`.
  static String bytes(long bytes) {
    return bytes >= 10L << 30 ? (bytes >> 30) + " GiB" : (bytes >> 20) + " MiB";
  }

  /// The first few and how many more.
  static String some(List<?> all) {
    int most = 3;
    List<String> shown = all.stream().limit(most).map(String::valueOf).toList();
    String more = all.size() > most ? " and %d more".formatted(all.size() - most) : "";
    return String.join(", ", shown) + more;
  }
}
