package io.jpm.balancer;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.model.AppCommand;
import io.jpm.model.AppName;
import io.jpm.model.AppSpec;
import io.jpm.model.EnvironmentVariables;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AgentCompatibilityTest {
  @TempDir Path folder;

  private static AppSpec app(Path java, Map<String, String> variables, String... options) {
    var appCommand =
        new AppCommand(Path.of("/srv/a.jar"), Optional.of(java), List.of(options), List.of());
    return AppSpec.builder(new AppName("app"), appCommand, Path.of("/"))
        .variables(EnvironmentVariables.declared(variables))
        .build();
  }

  private Path runtime(String... files) throws IOException {
    for (String file : files) {
      Path path = folder.resolve(file);
      Files.createDirectories(path.getParent());
      Files.createFile(path);
    }
    return folder.resolve("bin/java");
  }

  @Test
  void runtimeWithoutTheInstrumentModuleIsIncompatible() throws IOException {
    Path java = runtime("bin/java", "lib/modules");
    assertThat(AgentCompatibility.conflict(app(java, Map.of())))
        .contains(
            "the Java in " + folder.toRealPath() + " does not contain the module java.instrument");
    Path link = Files.createSymbolicLink(folder.resolve("java"), java);
    assertThat(AgentCompatibility.conflict(app(link, Map.of()))).isPresent();
    runtime("lib/libinstrument.so");
    assertThat(AgentCompatibility.conflict(app(link, Map.of()))).isEmpty();
  }

  @Test
  void optionsThatConflictWithAnAgentAreIncompatible() {
    Path java = Path.of(System.getProperty("java.home"), "bin", "java");
    assertThat(
            AgentCompatibility.conflict(
                app(java, Map.of(), "-XX:AOTCache=a.aot", "-XX:AOTMode=on", "-jar")))
        .contains("a Java agent cannot be used with -XX:AOTMode=on");
    assertThat(
            AgentCompatibility.conflict(
                app(java, Map.of("JAVA_TOOL_OPTIONS", "-Xmx1g -XX:ArchiveClassesAtExit=a.jsa"))))
        .contains("a Java agent cannot be used with -XX:ArchiveClassesAtExit=a.jsa");
    assertThat(
            AgentCompatibility.conflict(
                app(java, Map.of(), "-XX:AOTCache=a.aot", "-Xshare:on", "-jar")))
        .isEmpty();
  }
}
