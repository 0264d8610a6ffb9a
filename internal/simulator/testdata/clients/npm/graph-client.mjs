// The story, told with @microsoft/microsoft-graph-client and @azure/identity.
import { ClientSecretCredential } from "@azure/identity";
import { BatchRequestContent, BatchResponseContent, Client, PageIterator } from "@microsoft/microsoft-graph-client";
import { TokenCredentialAuthenticationProvider } from "@microsoft/microsoft-graph-client/authProviders/azureTokenCredentials/index.js";

const { SIM_URL, SIM_TENANT, SIM_USER, SIM_PRODUCT } = process.env;
const credential = new ClientSecretCredential(SIM_TENANT, "11111111-2222-4333-8444-555555555555", "not-a-secret", {
  authorityHost: SIM_URL,
  disableInstanceDiscovery: true,
});
const client = Client.initWithMiddleware({
  authProvider: new TokenCredentialAuthenticationProvider(credential, { scopes: ["https://graph.microsoft.com/.default"] }),
  baseUrl: SIM_URL,
  customHosts: new Set([new URL(SIM_URL).hostname]),
});

const products = (await client.api("/subscribedSkus").select("skuId,skuPartNumber,prepaidUnits,consumedUnits").get()).value;
const name = (sku) => products.find((p) => p.skuId === sku)?.skuPartNumber;
const sum = (list) => list.reduce((a, b) => a + b, 0);
const names = (licences) => licences.map((l) => name(l.skuId)).sort().join(", ");

let people = [];
const first = await client.api("/users").select(["id", "userPrincipalName", "assignedLicenses"]).get();
await new PageIterator(client, first, (u) => people.push(u) > 0).iterate();
console.log(`users: ${people.length} hold ${sum(people.map((u) => u.assignedLicenses.length))} licences`);
console.log(`first page: ${first.value.length}`);
console.log(`products: ${products.length} with ${sum(products.map((p) => p.prepaidUnits.enabled))} seats, ${sum(products.map((p) => p.consumedUnits))} taken`);

const me = people.find((u) => u.userPrincipalName === SIM_USER);
const product = products.find((p) => p.skuPartNumber === SIM_PRODUCT);
const user = `/users/${me.id}`;
const holders = await client.api("/users").filter(`assignedLicenses/any(s:s/skuId eq ${product.skuId})`).select("id").top(999).get();
console.log(`holders of ${SIM_PRODUCT}: ${holders.value.length}`);
const counted = await client.api("/users").header("ConsistencyLevel", "eventual").count(true).filter("assignedLicenses/$count ne 0").top(1).get();
console.log(`people with licences: ${counted["@odata.count"]}`);
const details = await client.api(`${user}/licenseDetails`).get();
for (const d of details.value) console.log(`details: ${d.skuPartNumber}, ${d.servicePlans.length} service plans`);

const read = async () => names((await client.api(user).select("assignedLicenses").get()).assignedLicenses);
const change = (add, remove) => client.api(`${user}/assignLicense`).post({ addLicenses: add, removeLicenses: remove });
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
  console.log(`refused: ${e.statusCode} ${e.code}: ${e.message}`);
}

const get = (id, path) => ({ id, request: new Request(new URL(path, `${SIM_URL}/`), { method: "GET" }) });
const batch = new BatchRequestContent([get("1", user), get("2", "/subscribedSkus"), get("3", "/users/nobody@example.com")]);
const answers = new BatchResponseContent(await client.api("/$batch").post(await batch.getContent()));
for (const id of ["1", "2", "3"]) {
  const r = answers.getResponseById(id);
  const body = await r.json();
  console.log(`batch: ${r.status} ${body.userPrincipalName ?? body.value?.length ?? body.error.code}`);
}
