// The query that every request makes.

export const newestRevisionSql = 'select id from public.revision order by id desc limit 1'
