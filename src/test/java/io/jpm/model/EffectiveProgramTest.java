package io.jpm.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EffectiveProgramTest {
  private static EffectiveProgram ofLine(String line) {
    return of("/usr/bin/bash", "-c", line);
  }

  private static EffectiveProgram of(String program, String... args) {
    return EffectiveProgram.of(
        new AppCommand(Path.of(program), Optional.empty(), List.of(), List.of(args)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '@',
      quoteCharacter = '%',
      textBlock =
          """
          java @ java -cp lib/* Main
          java @ exec java -cp 'lib/*' Main
          java @ cd /srv && exec java -jar app.jar
          java @ cd "$DIR" || exit 1; java -jar app.jar > log 2>&1
          java @ A=1 B='2 3' /opt/jdk/bin/java Main
          java @ $JAVA_HOME/bin/java $JAVA_OPTS -jar app.jar
          java @ "${JAVA_HOME:-/usr}/bin/java" -jar app.jar
          java @ exec env -u A B=1 nice -n 5 java Main
          java @ java Main 2>>err.log <in.txt >|out.log
          java @ java Main &>all.log
          node @ mkdir -p run; [ -f .env ] && . ./.env; node app.js $(cat "$(ls args)")
          node @ node app.js `id -u` | tee app.log
          java @ bash -c 'exec java Main'
          node @ sh -ec "cd x; exec node app.js"
          java @ bash -euo pipefail -c "java Main"
          node @ command -v java && exec node app.js
          node @ node app.js || exit 3 # or; java Main
          node @ "no""de" app.js\\ x
          python3 @ exec python3 -m http.server
          npm @ npm run start
          """)
  void programOfAShellCommandLineIsFound(String name, String line) {
    EffectiveProgram program = ofLine(line);
    assertThat(program.name()).isEqualTo(name);
    assertThat(program.indirect()).isTrue();
    assertThat(program.ambiguityMessage()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '@',
      quoteCharacter = '%',
      textBlock =
          """
          it runs more than one program @ npm run build && node app.js
          it runs more than one program @ node a.js; node b.js
          it starts a process in the background @ java Main & wait
          it contains a compound command @ while true; do java Main; done
          it contains a compound command @ { java Main; }
          it contains a subshell or a function @ (cd x; java Main)
          it contains a here-document @ node - <<EOF
          the name of the program is the result of an expansion @ exec $SERVER --port 80
          it runs no program @ cd /srv
          it sets NODE_OPTIONS @ NODE_OPTIONS=--inspect node app.js
          it sets JDK_JAVA_OPTIONS @ export JDK_JAVA_OPTIONS=-Xmx1g; java Main
          env replaces the environment @ exec env -i java Main
          """)
  void undeterminedProgramIsReportedWithTheReason(String why, String line) {
    EffectiveProgram program = ofLine(line);
    assertThat(program.ambiguityMessage()).contains("bash runs a command line, and " + why);
    assertThat(program.name()).isEqualTo("bash");
    assertThat(program.isJava() || program.runsNode()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "-c", "#", "'", "\"", "$", "${", "$(", "`", "\\", "&", ">", "2>", ";;", "&&"})
  void malformedCommandLineCausesNoFailure(String line) {
    assertThat(ofLine(line).runsNode()).isFalse();
    assertThat(ofLine("node " + line).program()).isIn("node", "/usr/bin/bash");
  }

  @Test
  void otherCommandsAreNotParsed() {
    assertThat(of("/usr/bin/java", "-jar", "a.jar").indirect()).isFalse();
    assertThat(of("/usr/bin/java", "-jar", "a.jar").isJava()).isTrue();
    assertThat(of("/usr/bin/env", "A=1", "java", "Main").isJava()).isTrue();
    assertThat(of("/usr/bin/env", "A=1", "java", "Main").indirect()).isTrue();
    assertThat(of("/usr/bin/bash", "start.sh", "-c", "java").name()).isEqualTo("bash");
    assertThat(of("/usr/bin/bash", "start.sh", "-c", "java").ambiguityMessage()).isEmpty();
    assertThat(of("/usr/bin/bash").ambiguityMessage()).isEmpty();
  }

  @Test
  void launcherRunByNodeIsNotTheNodeApp() {
    assertThat(ofLine("node /usr/bin/npm start").runsNode()).isTrue();
    assertThat(ofLine("node /usr/bin/npm start").isNode()).isFalse();
    var npm =
        new AppCommand(
            Path.of("/usr/bin/npm"),
            Optional.of(Path.of("/usr/bin/node")),
            List.of("-r", "x"),
            List.of("start"));
    assertThat(EffectiveProgram.of(npm).isNode()).isFalse();
    assertThat(EffectiveProgram.of(npm).runsNode()).isTrue();
  }
}
