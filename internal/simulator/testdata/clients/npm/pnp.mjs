// The story, told with @pnp/graph and @pnp/nodejs.
import { GraphDefault } from "@pnp/nodejs";
import { ConsistencyLevel, GraphCollection, graphfi, graphPost, Paged } from "@pnp/graph";
import "@pnp/graph/batching.js";
import "@pnp/graph/users/index.js";
import { body } from "@pnp/queryable";

const { SIM_URL, SIM_TENANT, SIM_USER, SIM_PRODUCT } = process.env;
const graph = graphfi().using(GraphDefault({
  baseUrl: `${SIM_URL}/v1.0`,
  msal: {
    config: {
      auth: {
        authority: `${SIM_URL}/${SIM_TENANT}`,
        knownAuthorities: [new URL(SIM_URL).host],
        clientId: "11111111-2222-4333-8444-555555555555",
        clientSecret: "not-a-secret",
      },
    },
    scopes: ["https://graph.microsoft.com/.default"],
  },
}));

const skus = (fi) => GraphCollection([fi.users, ""], "subscribedSkus").select("skuId", "skuPartNumber", "prepaidUnits", "consumedUnits");
const products = await skus(graph)();
const name = (sku) => products.find((p) => p.skuId === sku)?.skuPartNumber;
const sum = (list) => list.reduce((a, b) => a + b, 0);
const names = (licences) => licences.map((l) => name(l.skuId)).sort().join(", ");

const pages = [];
for await (const page of graph.users.select("id", "userPrincipalName", "assignedLicenses")) pages.push(page);
const people = pages.flat();
console.log(`users: ${people.length} hold ${sum(people.map((u) => u.assignedLicenses.length))} licences`);
console.log(`first page: ${pages[0].length}`);
console.log(`products: ${products.length} with ${sum(products.map((p) => p.prepaidUnits.enabled))} seats, ${sum(products.map((p) => p.consumedUnits))} taken`);

const me = people.find((u) => u.userPrincipalName === SIM_USER);
const product = products.find((p) => p.skuPartNumber === SIM_PRODUCT);
const user = graph.users.getById(me.id);
const holders = await graph.users.filter(`assignedLicenses/any(s:s/skuId eq ${product.skuId})`).select("id").top(999)();
console.log(`holders of ${SIM_PRODUCT}: ${holders.length}`);
const counting = graph.users.filter("assignedLicenses/$count ne 0").using(ConsistencyLevel(), Paged(true));
counting.query.set("$count", "true");
console.log(`people with licences: ${(await counting.top(1)()).count}`);
const details = await GraphCollection(user, "licenseDetails")();
for (const d of details) console.log(`details: ${d.skuPartNumber}, ${d.servicePlans.length} service plans`);

const read = async () => names((await user.select("assignedLicenses")()).assignedLicenses);
const change = (add, remove) => graphPost(GraphCollection(graph.users.getById(me.id), "assignLicense"), body({ addLicenses: add, removeLicenses: remove }));
console.log(`before: ${await read()}`);
const given = await change([{ skuId: product.skuId, disabledPlans: [] }], []);
console.log(`assigned: ${given.userPrincipalName}`);
console.log(`after: ${await read()}`);
const taken = await change([], [product.skuId]);
console.log(`unassigned: ${taken.userPrincipalName}`);
console.log(`after: ${await read()}`);
try {
  await change([], [product.skuId]);
  console.log("refused: no");
} catch (e) {
  const { error } = await e.response.json();
  console.log(`refused: ${e.status} ${error.code}: ${error.message}`);
}

const [batched, execute] = graph.batched();
const answers = [
  batched.users.getById(me.id)().then((u) => `200 ${u.userPrincipalName}`),
  skus(batched)().then((list) => `200 ${list.length}`),
  batched.users.getById("nobody@example.com")().catch(async (e) => `${e.status} ${(await e.response.json()).error.code}`),
];
await execute();
for (const a of answers) console.log(`batch: ${await a}`);
