package io.jpm.e2e;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Programs for screenshots: their load and memory rise and fall, and they print.
public final class ScreenshotApps {
  private ScreenshotApps() {}

  /// Starts a program.
  ///
  /// @param seconds the period of a wave
  /// @param percent the maximum load, in percent of a processor
  /// @param words the text that it prints
  /// @param more options of `start`
  public static void start(
      Jpm jpm, String name, int seconds, int percent, String words, String... more)
      throws IOException {
    Path script = jpm.script(name + ".js", script(seconds, percent, words));
    List<String> line = new ArrayList<>(List.of("start", script.toString(), "--name", name));
    line.addAll(List.of(more));
    jpm.run(line.toArray(String[]::new)).ok();
  }

  private static String script(int seconds, int percent, String words) {
    return """
    const chunks = [];
    let n = 0;
    setInterval(() => {
      const share = %d / 100 * (0.55 + 0.45 * Math.sin(Date.now() / 1000 / %d * 2 * Math.PI)) * (0.8 + 0.4 * Math.random());
      const end = performance.now() + 100 * share / 2;
      while (performance.now() < end) Math.sqrt(Math.random());
      if (++n %% 10 === 0) {
        chunks.push(Buffer.alloc(500000 * Math.random(), 1));
        if (chunks.length > %d) chunks.length = 3;
      }
      if (n %% 7 === 0) console.log(`\u001b[32m%%s\u001b[0m in ${(share * 40).toFixed(1)} ms`, '%s');
      if (n %% 97 === 0) console.error('slow: upstream took 812 ms');
    }, 100);
    """
        .formatted(percent, seconds, seconds * 2, words);
  }
}
