// Asks PM2's daemon for its list each second, until it is killed. The argument is PM2's module.
const pm2 = require(process.argv[2]);

function fail(error) {
  console.error(String(error));
  process.exit(1);
}

pm2.connect((refused) => {
  if (refused) fail(refused);
  setInterval(() => pm2.list((error) => error && fail(error)), 1000);
});
