package io.jpm.console.text;

import io.jpm.model.process.TreeUsage;
import java.util.LinkedHashMap;
import java.util.Map;

/// Builds the rows of `jpm describe` that show the resource usage of a process tree, except CPU and
/// resident memory. Values that the system does not report are omitted.
final class UsageRows {
  private UsageRows() {}

  /// Returns the rows in display order, keyed by label.
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
