// The routes of the Missing Migrants Project by the names that its layouts give them.
// Two spellings of one route have one code. The cleaned layout knows fewer and wider routes than the others: where one of
// them holds more than a route of the others, it has a code of its own, so that like is not set beside unlike.
const same = {
  route_central_mediterranean: ['Central Mediterranean', 'Central Mediterranean Route'],
  route_ehoa_eastern: ['Eastern Route to/from EHOA', 'EHOA Eastern Route'],
  route_ehoa_northern: ['Northern Route from EHOA', 'EHOA Northern Route'],
  route_horn_of_africa: ['Horn of Africa Route', 'EHOA Horn of Africa Route'],
  route_southern_africa: ['Route to Southern Africa', 'EHOA Southern Route'],
  route_western_africa_atlantic: ['Western Africa / Atlantic route to the Canary Islands', 'Western African Atlantic Route'],
  route_western_mediterranean: ['Western Mediterranean', 'Western Mediterranean Route']
}

const cleanedOnly = {
  route_asia_pacific: ['Asia Pacific routes'],
  route_central_american: ['Central American Route'],
  // Türkiye-Europe land route is part of it there, and a route beside Eastern Mediterranean in the other layouts.
  route_eastern_mediterranean_with_land: ['Eastern Mediterranean Route'],
  route_intra_african: ['Intra-African routes'],
  route_intra_european: ['Intra-European routes'],
  route_south_american: ['South American Route']
}

const othersOnly = {
  route_afghanistan_iran: ['Afghanistan to Iran'],
  route_bay_of_bengal: ['Bay of Bengal/Andaman Sea'],
  route_belarus_eu: ['Belarus-EU border'],
  route_caribbean_central_america: ['Caribbean to Central America'],
  route_caribbean_us: ['Caribbean to US'],
  route_darien: ['Darien'],
  route_dominican_republic_puerto_rico: ['Dominican Republic to Puerto Rico'],
  route_drc_uganda: ['DRC to Uganda'],
  route_eastern_mediterranean: ['Eastern Mediterranean'],
  route_english_channel: ['English Channel to the UK'],
  route_europe_uk: ['Mainland Europe to the UK'],
  route_haiti_dominican_republic: ['Haiti to Dominican Republic'],
  route_iran_turkiye: ['Iran to Türkiye'],
  route_italy_france: ['Italy to France'],
  route_mayotte: ['Sea crossings to Mayotte'],
  route_naf_river: ['Naf River crossing'],
  route_sahara: ['Sahara Desert crossing'],
  route_syria_turkiye: ['Syria to Türkiye'],
  route_turkiye_europe_land: ['Türkiye-Europe land route'],
  route_ukraine_europe: ['Ukraine to Europe'],
  route_us_mexico: ['US-Mexico border crossing'],
  route_venezuela_caribbean: ['Venezuela to Caribbean'],
  route_western_balkans: ['Western Balkans']
}

/** The breakdown of a route by its name as published; one that is not known or not named is `_U`. */
export const routes = new Map<string, string>([
  ['', '_U'],
  ['Undefined', '_U'],
  ...Object.entries({ ...same, ...cleanedOnly, ...othersOnly }).flatMap(([code, names]) => names.map((name): [string, string] => [name, code]))
])
