package io.jpm.config.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SecretsTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "PASS",
        "DB_PASS",
        "db_password",
        "PASSWORD",
        "PGPASSWORD",
        "MYSQL_PWD",
        "RABBITMQ_DEFAULT_PASS",
        "SMTP_PASSWD",
        "SSH_PASSPHRASE",
        "dbPassword",
        "dbPass",
        "SECRET",
        "CLIENT_SECRETS",
        "SECRETKEY",
        "SECRET_KEY_BASE",
        "GITHUB_TOKEN",
        "githubToken",
        "NPM_TOKEN_2",
        "CSRFTOKENS",
        "KEY",
        "API_KEY",
        "apiKey",
        "APIKEY",
        "api-key",
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "KEYS",
        "ENCRYPTION_KEY2",
        "GOOGLE_APPLICATION_CREDENTIALS",
        "AUTH",
        "BASIC_AUTH",
        "HTTPAUTH",
        "_auth",
        "PRIVATE_STUFF",
        "COOKIE_NAME",
        "SESSION",
        "SESSIONS",
        "SESSION_ID",
        "SESSIONID",
        "SENTRY_DSN",
        "SENTRYDSN",
        "JWT"
      })
  void secretNamesAreMasked(String name) {
    assertThat(Secrets.isSecret(name)).isTrue();
    assertThat(Secrets.mask(name, "x")).isEqualTo("******");
    assertThat(Secrets.mask(name, "")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "PATH",
        "HOME",
        "PWD",
        "OLDPWD",
        "NODE_ENV",
        "KEYBOARD",
        "KEYBOARD_LAYOUT",
        "KEYMAP",
        "XKB_KEYMAP",
        "MONKEY",
        "HOTKEYS_FILE",
        "TURKEY",
        "PUBLIC_KEY",
        "AUTHOR",
        "GIT_AUTHOR_NAME",
        "AUTHORITY",
        "XAUTHORITY",
        "TOKENIZERS_PARALLELISM",
        "COMPASS",
        "BYPASS_CACHE",
        "PASSENGER_HOME",
        "PASSIVE",
        "OBSESSION_LEVELS",
        "XDG_SESSION_TYPE",
        "DESKTOP_SESSION",
        "SSH_AUTH_SOCK",
        "PRIVATEER",
        "DSNAME",
        "JPM_HOME",
        "pm_id",
        "name",
        "NODE_APP_INSTANCE",
        "ÄNDERUNG"
      })
  void otherNamesAreNotMasked(String name) {
    assertThat(Secrets.isSecret(name)).isFalse();
    assertThat(Secrets.mask(name, "value")).isEqualTo("value");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          postgres://me:hunter2@db/app            | postgres://me:******@db/app
          redis://:p%40ss@h:6379/0                | redis://:******@h:6379/0
          redis://:p@ss@h:6379/0                  | redis://:******@h:6379/0
          postgres://me:p#ss@db/app               | postgres://me:******@db/app
          postgres://me:pa/ss@db/app              | postgres://me:******@db/app
          mongodb+srv://u:p@a.b,c.d/x?ssl=true    | mongodb+srv://u:******@a.b,c.d/x?ssl=true
          jdbc:postgresql://u:p@h/db              | jdbc:postgresql://u:******@h/db
          jdbc:mysql://h/db?user=a&password=b&x=1 | jdbc:mysql://h/db?user=a&password=******&x=1
          a://u:p@h b://v:q@i                     | a://u:******@h b://v:******@i
          a://u:$1\\@h                             | a://u:******@h
          http://localhost:8080/                  | http://localhost:8080/
          http://localhost:8080                   | http://localhost:8080
          https://me@host/path                    | https://me@host/path
          https://npm.local:5000/@scope/pkg       | https://npm.local:5000/@scope/pkg
          tcp://0.0.0.0:80                        | tcp://0.0.0.0:80
          ://:                                    | ://:
          a@b:c                                   | a@b:c
          """)
  void onlyThePasswordOfAUrlIsMasked(String value, String shown) {
    assertThat(Secrets.mask("URL", value)).isEqualTo(shown);
  }

  @Test
  void privateKeyIsMaskedUnderAnyName() {
    assertThat(Secrets.mask("X", "-----BEGIN RSA PRIVATE KEY-----\nMII")).isEqualTo("******");
  }

  @Test
  void longValuesAreMaskedInLimitedTime() {
    String value = "a://".repeat(20_000) + ":".repeat(20_000);
    assertThat(Secrets.mask("X", value)).isEqualTo(value);
  }
}
