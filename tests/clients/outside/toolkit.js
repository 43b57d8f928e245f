// jsonstat-toolkit reads the table: prints its values and how many statuses it kept.
//   node toolkit.js URL ACCESS_KEY TABLE
const JSONstat = require("jsonstat-toolkit");
const [url, key, table] = process.argv.slice(2);
fetch(`${url}/samsyn/v1/tables/${table}/cells?format=json-stat2`, { headers: { Authorization: `Bearer ${key}` } })
  .then((answer) => answer.json())
  .then((body) => {
    const dataset = JSONstat(body).Dataset ? JSONstat(body).Dataset(0) || JSONstat(body) : JSONstat(body);
    const values = dataset.Data().map((one) => [one.value, one.status]);
    console.log(JSON.stringify(values));
  });
