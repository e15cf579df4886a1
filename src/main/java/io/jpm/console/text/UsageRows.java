package io.jpm.console.text;

import io.jpm.model.process.TreeUsage;
import java.util.LinkedHashMap;
import java.util.Map;

/// The rows of `jpm describe` about the usage of a process tree other than processor and memory,
/// without values that the system does not report.
final class UsageRows {
  private UsageRows() {}

  /// Returns values by label, in the order of the sheet.
  static Map<String, String> of(TreeUsage tree) {
    Map<String, String> rows = new LinkedHashMap<>();
    tree.proportionalBytes().ifPresent(bytes -> rows.put("memory (PSS)", Amounts.memory(bytes)));
    rows.put("processes", Integer.toString(tree.processes()));
    if (tree.threads() > 0) {
      rows.put("threads", Integer.toString(tree.threads()));
    }
    tree.files().open().ifPresent(open -> rows.put("open files", Long.toString(open)));
    tree.files().readBytes().ifPresent(bytes -> rows.put("read", Amounts.memory(bytes)));
    tree.files().writtenBytes().ifPresent(bytes -> rows.put("written", Amounts.memory(bytes)));
    return rows;
  }
}
